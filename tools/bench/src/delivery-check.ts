import { rowBytes } from './load/tally.js';
import type { Plan } from './plans/plan.js';
import type { TallyResult } from './load/messages.js';

/** What was received compared with what was due. */
export interface DeliveryCheck {
  readonly due: number;
  readonly lost: number;
  /** Received without being due, or more than once. */
  readonly extra: number;
}

/** Consecutive events of a plan from index `from` on, due by the audience rules or without them. */
export interface EventRange {
  readonly from: number;
  readonly events: number;
  readonly rules: boolean;
}

/** The number of deliveries due for these events. */
export function dueDeliveries(plan: Plan, { from, events, rules }: EventRange): number {
  let due = 0;
  for (let event = 0; event < events; event++) {
    due += plan.due(from + event, rules).length;
  }
  return due;
}

/** Compares each client's events with those that were due to it. */
export function checkDeliveries(
  plan: Plan,
  { from, events, rules }: EventRange,
  { bits, received, duplicates }: TallyResult,
): DeliveryCheck {
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
