import type { Draft } from '../draft.js';

/** What people write in Hindi; its tags need their combining marks. */
export const hindi: readonly Draft[] = [
  { text: 'पहली बारिश, छत पर चाय और पड़ोस की छत से किसी का पुराना गाना। #बारिश #चाय' },
  {
    text: 'आज सुबह बाज़ार में गेंदे के फूल ही फूल थे। #फूल #photo',
    picture: 'टोकरियों में भरे पीले और नारंगी गेंदे के फूल',
  },
  { text: 'नानी कहती हैं कि रोटी गोल न बने तो भी पेट भर जाता है। मेरी रोटी आज नक्शा बनी है। #रसोई' },
  { text: 'क्या किसी को हिन्दी में खगोल विज्ञान की अच्छी किताब पता है? #किताबें' },
];
