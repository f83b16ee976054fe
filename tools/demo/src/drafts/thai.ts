import type { Draft } from '../draft.js';

/** Drafts in Thai; its tags need their vowel signs and tone marks. */
export const thai: readonly Draft[] = [
  { text: 'ฝนตกตั้งแต่เช้า ตลาดน้ำวันนี้เลยมีแต่เป็ด #ตลาดน้ำ' },
  {
    text: 'มะม่วงลูกแรกของปีนี้ หวานกว่าที่คิด #ผลไม้ #photo',
    picture: 'มะม่วงสุกสีเหลืองหั่นเป็นชิ้นในจานสีขาว',
  },
  { text: 'แมวที่ร้านกาแฟเลือกนั่งตักฉันแทนคนอื่น วันนี้เป็นวันที่ดี #กาแฟ' },
];
