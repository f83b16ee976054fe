/** A text and its author. */
export interface Line {
  /** The username of one of the writers. */
  readonly from: string;
  readonly text: string;
}

/** Public replies to the demo user. */
export const replies: readonly Line[] = [
  { from: 'mira', text: '@demo Welcome aboard! The kettle is on. #introduction' },
  { from: 'jonasbackt', text: '@demo Moin! Streuselkuchen ist noch da.' },
  { from: 'odile', text: '@demo Bienvenue ! Tu viens à l’atelier vélo demain ?' },
  { from: 'haruka', text: '@demo はじめまして。港の写真、見てくれてありがとう！' },
  { from: 'nizar', text: '@demo أهلًا وسهلًا! القهوة على النار.' },
  { from: 'pilar', text: '@demo ¡Hola! ¿Tú también coleccionas diccionarios?' },
];

/** Direct messages to the demo user. */
export const directMessages: readonly Line[] = [
  { from: 'kaveri', text: '@demo छत पर दूरबीन लगी है, आठ बजे आ जाना।' },
  { from: 'mira', text: '@demo Have you got my screwdriver, or have I got yours?' },
  { from: 'eleni', text: '@demo Το πλοίο φτάνει στις εννιά, αν φτάσει.' },
  { from: 'ploy', text: '@demo เก็บมะม่วงไว้ให้สองลูกนะ' },
  { from: 'tali', text: '@demo שמרתי לך מקום בשורה הראשונה. 🎶' },
];

/** Followers-only statuses of local accounts. */
export const privatePosts: readonly Line[] = [
  { from: 'mira', text: 'Between us: I have never finished the lighthouse novel before. I only said so.' },
  { from: 'odile', text: 'Entre nous, les croissants venaient du supermarché.' },
  { from: 'jonasbackt', text: 'Nur für euch: Der Sauerteig heißt Helga.' },
];

/** Announcements, as plain text. */
export const announcements: readonly string[] = [
  'Maintenance on Sunday between 6:00 and 6:30 UTC. Streams reconnect by themselves.',
  'The photo walk starts on Saturday at ten, at the pier. Bring a friend and a raincoat.',
  'We have moved to a bigger disk. Nothing to do for you, but do say hello to it.',
];

/** The note that an edit appends, by language. */
export const editNotes: Readonly<Record<string, string>> = {
  en: 'Edit: fixed a typo.',
  de: 'Nachtrag: Tippfehler behoben.',
  fr: 'Correction : une faute de frappe.',
  es: 'Edito: corregida una errata.',
  pt: 'Edição: gralha corrigida.',
  el: 'Διόρθωση: ένα τυπογραφικό λάθος.',
  uk: 'Виправлено одрук.',
  ja: '追記：誤字を直しました。',
  ko: '수정: 오타를 고쳤습니다.',
  hi: 'सुधार: एक वर्तनी ठीक की।',
  th: 'แก้ไข: แก้คำผิดแล้ว',
  ar: 'تعديل: صحّحتُ خطأً مطبعيًّا.',
  he: 'תיקון: שגיאת הקלדה.',
};
