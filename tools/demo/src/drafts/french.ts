import type { Draft } from '../draft.js';

/** Drafts in French. */
export const french: readonly Draft[] = [
  {
    text: 'Le marché du samedi : trois fromages, deux conseils de grand-mère et une mouette très sûre d’elle. #marché',
  },
  {
    text: 'Le vieux pont ce soir, juste avant l’averse. #photo #été',
    picture: 'Un pont de pierre sous des nuages sombres, éclairé par le soleil couchant',
  },
  { text: 'Je cherche un mot français pour « doomscrolling ». « Défilangoisse » ? #français' },
  { text: 'Atelier vélo demain à 18 h : on apporte les outils, vous apportez les crevaisons. #vélo' },
  {
    text: 'La bibliothèque a changé les fauteuils. C’est une révolution silencieuse. #lecture #photo',
    picture: 'Deux fauteuils verts devant une étagère pleine de livres',
  },
  { text: 'Croissant nature ou aux amandes ?', poll: ['Nature', 'Aux amandes', 'Les deux, évidemment'] },
];
