import type { Draft } from '../draft.js';

/** Drafts in Portuguese. */
export const portuguese: readonly Draft[] = [
  { text: 'Da varanda vejo três gruas, um rio e a vizinha que canta melhor do que a rádio. #manhã' },
  {
    text: 'Azulejos novos na estação velha. Já têm o cheiro de sempre. #photo #azulejos',
    picture: 'Parede de azulejos azuis e brancos com um banco de madeira em frente',
  },
  { text: 'Alguém sabe arranjar um gira-discos que só toca devagar? Não é defeito, é melancolia. #música' },
];
