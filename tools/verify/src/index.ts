export { Tally } from './tally.js';
