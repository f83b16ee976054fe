import { arabic } from './drafts/arabic.js';
import { english, harbourWeather } from './drafts/english.js';
import { french } from './drafts/french.js';
import { german } from './drafts/german.js';
import { greek } from './drafts/greek.js';
import { hebrew } from './drafts/hebrew.js';
import { hindi } from './drafts/hindi.js';
import { japanese } from './drafts/japanese.js';
import { korean } from './drafts/korean.js';
import { portuguese } from './drafts/portuguese.js';
import { spanish } from './drafts/spanish.js';
import { thai } from './drafts/thai.js';
import { ukrainian } from './drafts/ukrainian.js';
import type { Draft } from './draft.js';
import type { Person } from './person.js';

/** The account that receives the demo's home, notification, conversation and list events, and that owns the printed tokens. */
export const demoUser = {
  id: '110000000000000001',
  username: 'demo',
  domain: null,
  displayName: 'You, for now',
  note: 'The account behind the demo tokens.',
  language: 'en',
  drafts: [{ text: 'Trying out the streaming service. If you can read this, it streams. #introduction' }],
} as const satisfies Person;

/**
 * The account of the administrator's token. It is not the demo user's, so that the effect of the role can be compared with an
 * account that lacks it.
 */
export const demoAdmin = {
  id: '110000000000000000',
  username: 'admin',
  domain: null,
  displayName: 'The administrator',
  note: 'The account behind the token demo-admin.',
  language: 'en',
  drafts: [],
} as const satisfies Person;

const people = (domain: string | null, ...rows: (readonly [string, string, string, string, readonly Draft[]])[]) =>
  rows.map(([username, displayName, language, note, drafts]) => ({
    username,
    domain,
    displayName,
    language,
    note,
    drafts,
  }));

/** The accounts that publish in the demo, without the demo user. The local ones are on the demo user's list. */
export const writers: readonly Person[] = [
  ...people(
    null,
    ['mira', 'Mira by the pier', 'en', 'Reads on ferries. Repairs what she can.', english],
    ['jonasbackt', 'Jonas backt', 'de', 'Roggen, Hefe, Geduld.', german],
    ['odile', 'Odile 🚲', 'fr', 'Vélos, fromages et bibliothèques.', french],
    ['kaveri', 'कावेरी', 'hi', 'छत, चाय, तारे।', hindi],
  ),
  {
    username: 'harbourweather',
    domain: null,
    displayName: 'Harbour weather',
    language: 'en',
    note: 'The thermometer at the harbour, four times a day.',
    bot: true,
    drafts: harbourWeather,
  },
  ...people('plaza.example', ['pilar', 'Pilar', 'es', 'Librera, radioaficionada, madre de preguntas.', spanish]),
  ...people('varanda.example', ['caetana', 'Caetana', 'pt', 'Três gruas e um rio.', portuguese]),
  ...people('nisi.example', ['eleni', 'Ελένη', 'el', 'Νησί, καφές, γάτες.', greek]),
  ...people('dzherelo.example', ['iryna', 'Ірина', 'uk', 'Перекладачка. Чай.', ukrainian]),
  ...people('umi.example', ['haruka', '春香 🌊', 'ja', '港町でお茶と写真。', japanese]),
  ...people('dalbit.example', ['minseo', '민서', 'ko', '책방과 골목과 김치찌개.', korean]),
  ...people('talad.example', ['ploy', 'พลอย', 'th', 'ตลาดน้ำ กาแฟ แมว', thai]),
  ...people('safina.example', ['nizar', 'نزار', 'ar', 'بحرٌ وكتبٌ وقهوة.', arabic]),
  ...people('gan.example', ['tali', 'טלי', 'he', 'מרפסת, שווקים, שירה.', hebrew]),
].map((person, index) => ({ ...person, id: String(110000000000000002n + BigInt(index) * 7_919n) }));

/** One of the writers by username. */
export function writer(username: string): Person {
  const found = writers.find((person) => person.username === username);
  if (!found) {
    throw new Error(`The demo has no account ${username}.`);
  }
  return found;
}
