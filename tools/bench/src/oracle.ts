import { rowBytes } from './load/tally.js';
import type { Plan } from './plans/plan.js';
import type { TallyResult } from './load/messages.js';

/** How far what was received is from what was due. */
export interface Verdict {
  readonly due: number;
  readonly lost: number;
  /** Received without being due, or twice. */
  readonly extra: number;
}

/** Which events of a plan are to be judged: `events` of them from index `from` on, by or without the audience rules. */
export interface Judged {
  readonly from: number;
  readonly events: number;
  readonly rules: boolean;
}

/** How many deliveries these events are. */
export function dueDeliveries(plan: Plan, { from, events, rules }: Judged): number {
  let due = 0;
  for (let event = 0; event < events; event++) {
    due += plan.due(from + event, rules).length;
  }
  return due;
}

/** Compares each client's events with those that were due to it. */
export function judge(
  plan: Plan,
  { from, events, rules }: Judged,
  { bits, received, duplicates }: TallyResult,
): Verdict {
  const row = rowBytes(events);
  let due = 0;
  let lost = 0;
  for (let event = 0; event < events; event++) {
    for (const client of plan.due(from + event, rules)) {
      due++;
      const got = (bits[client * row + (event >> 3)] ?? 0) & (1 << (event & 7));
      lost += got ? 0 : 1;
    }
  }
  return { due, lost, extra: received - (due - lost) + duplicates };
}
