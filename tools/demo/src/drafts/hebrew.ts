import type { Draft } from '../draft.js';

/** Drafts in Hebrew. */
export const hebrew: readonly Draft[] = [
  { text: 'העגבניות במרפסת הצליחו השנה יותר ממני. #גינה' },
  {
    text: 'שוק הפשפשים בבוקר: קניתי מנורה, קיבלתי סיפור. #photo #שוק',
    picture: 'מנורת שולחן ישנה מפליז על שמיכה צבעונית',
  },
  { text: 'מי מצטרף לשירה בציבור ביום חמישי? מותר לזייף. #שירה' },
];
