import { setTimeout as delay } from 'node:timers/promises';

import { dueDeliveries, checkDeliveries, type DeliveryCheck } from '../delivery-check.js';
import { readCpu, type CpuTimes } from '../figures/meters.js';
import type { Pace } from '../events/publisher.js';
import type { TallyResult } from '../load/messages.js';
import type { Session } from './session.js';
import type { Plan } from '../plans/plan.js';

const pollEveryMs = 10;

/** How the events of a round were delivered, and what CPU time it took. */
export interface RoundResult {
  readonly check: DeliveryCheck;
  readonly tally: TallyResult;
  readonly before: CpuTimes;
  readonly after: CpuTimes;
  /** From the first publication to the last event received. */
  readonly seconds: number;
  /** How late the last events were published. */
  readonly publisherLateMs: number;
}

/** Events of a plan from a certain index on. */
export interface RoundOptions extends Pace {
  readonly from: number;
  /** The round ends when no event has arrived for so long. */
  readonly patienceMs: number;
  /** How long to wait after the last due event for events that are not due. */
  readonly graceMs?: number;
}

/** Publishes events, waits until they have arrived, and compares what was received with what was due. */
export async function runRound(session: Session, plan: Plan, options: RoundOptions): Promise<RoundResult> {
  const { load, publisher, processes, measured } = session;
  const { from, events, patienceMs, graceMs = 200 } = options;
  const range = { from, events, rules: measured.rules };
  const due = dueDeliveries(plan, range);
  await load.begin({ first: publisher.next, events });
  const before = readCpu(processes);
  const began = performance.now();
  const publisherLateMs = await publisher.publish(options, (index) => plan.event(from + index));
  let received = load.received;
  let changed = performance.now();
  while (load.received < due && performance.now() - changed < patienceMs) {
    await delay(pollEveryMs);
    if (load.received !== received) {
      received = load.received;
      changed = performance.now();
    }
  }
  const after = readCpu(processes);
  const seconds = (changed - began) / 1_000;
  await delay(graceMs);
  const tally = await load.report();
  return { check: checkDeliveries(plan, range, tally), tally, before, after, seconds, publisherLateMs };
}
