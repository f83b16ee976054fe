import type { Draft } from '../draft.js';

/** Drafts in Spanish. */
export const spanish: readonly Draft[] = [
  { text: 'En la plaza ya huele a castañas. ¿Quién me acompaña mañana por la tarde? #otoño' },
  {
    text: 'El gato de la librería ha vuelto a dormir sobre los diccionarios. #photo #gatos',
    picture: 'Un gato gris dormido sobre una pila de diccionarios',
  },
  { text: 'Hoy he aprendido que «murciélago» tiene las cinco vocales. Mi hija ya lo sabía, claro. #idiomas' },
  { text: 'La radio del barrio busca voces: media hora a la semana, con café incluido. #radio' },
  { text: 'Receta de mi abuela para días largos: sopa de ajo, pan duro y ninguna prisa. #cocina' },
];
