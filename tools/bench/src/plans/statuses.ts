import { authors } from '../database/authors.js';
import { languages } from '../events/phrases.js';
import { Random } from '../events/random.js';
import { roundRobin } from './range.js';
import { statusTemplate, type StatusTemplate, type StatusTraits } from '../events/status.js';

/** A status to be published, and the traits that decide which viewers receive it. */
export interface PlannedStatus extends StatusTraits {
  readonly status: StatusTemplate;
}

const differentStatuses = 256;

/** The statuses that are published round robin: all languages and authors, a third with mentions. */
export const statuses: readonly PlannedStatus[] = makeStatuses();

/** The status of the event with this index. */
export function statusAt(index: number): PlannedStatus {
  return roundRobin(statuses, index);
}

function makeStatuses(): PlannedStatus[] {
  const random = new Random(0x90575);
  return Array.from({ length: differentStatuses }, () => {
    const mentions = random.chance(0.3) ? Array.from({ length: 1 + random.below(2) }, () => random.pick(authors)) : [];
    const traits = { author: random.pick(authors), mentions, language: random.pick(languages) };
    return { ...traits, status: statusTemplate(traits, random) };
  });
}
