import type { Draft } from '../draft.js';

/** Drafts in English. */
export const english: readonly Draft[] = [
  {
    text: 'The ferry was late, so the whole pier ended up sharing one bag of cherries. Best delay this year. #commuting',
  },
  {
    text: 'First tomatoes from the balcony. Three of them. I have named all three. #gardening #photo',
    picture: 'Three small red tomatoes on a blue saucer, next to a watering can',
  },
  {
    text: 'Low tide this morning, and the sandbank was back for an hour. #photo #coast',
    picture: 'A long strip of pale sand in grey water, two people walking on it far away',
  },
  { text: 'Question for people who mend things: how do you stop a zip from jumping off at the very end? #repair' },
  {
    text: 'Settle this for our kitchen: does the sourdough go into the fridge overnight? #baking',
    poll: ['Always', 'Only in summer', 'Never', 'What sourdough?'],
  },
  {
    text: 'Finished the lighthouse novel on the last bus home and had to sit at the stop for a while. #books',
    warning: 'How the lighthouse novel ends',
  },
  { text: 'Reminder to self: the “quick” reindex takes forty minutes, and the kettle takes four. #selfhosting' },
  { text: 'Our street orchestra needs a second accordion. No experience required, patience very much so. #music' },
  {
    text: 'A neighbour has knitted a scarf for the bronze heron at the canal. #photo #knitting',
    picture: 'A bronze statue of a heron that wears a striped woollen scarf',
  },
  { text: '🌧️☔🌧️\n\n🫖📖🐈' },
];

/** Drafts of the harbour's weather station. */
export const harbourWeather: readonly Draft[] = [
  { text: 'Harbour: 14 °C, wind SW 5, gusts 7. Showers until noon, then bright spells. #weather' },
  { text: 'Harbour: 9 °C, fog, visibility 300 m. The morning ferries run at half speed. #weather #commuting' },
  { text: 'Harbour: 21 °C, calm, water 17 °C. High tide at 18:42. #weather #coast' },
];
