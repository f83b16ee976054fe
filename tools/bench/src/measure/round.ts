import { setTimeout as delay } from 'node:timers/promises';

import { dueDeliveries, judge, type Verdict } from '../oracle.js';
import { readCpu, type CpuTimes } from '../figures/meters.js';
import type { Pace } from '../events/publisher.js';
import type { TallyResult } from '../load/messages.js';
import type { Performance } from './stage.js';

const lookEveryMs = 10;
/** What became of some published events. */
export interface Outcome {
  readonly verdict: Verdict;
  readonly tally: TallyResult;
  readonly before: CpuTimes;
  readonly after: CpuTimes;
  /** From the first publication to the last due event, or until it was given up. */
  readonly seconds: number;
  /** How late the last events were published. */
  readonly publisherLateMs: number;
}

/** Events of a plan from a certain index on. */
export interface RoundOptions extends Pace {
  readonly from: number;
  /** Given up after so long without another event. */
  readonly patienceMs: number;
  /** How long to wait after the last due event for those that should not come. */
  readonly graceMs?: number;
}

/** Publishes events, waits until they have arrived, and says what it took and what is missing. */
export async function playRound({ stage, plan }: Performance, options: RoundOptions): Promise<Outcome> {
  const { load, publisher, processes, subject } = stage;
  const { from, events, patienceMs, graceMs = 200 } = options;
  const judged = { from, events, rules: subject.rules };
  const due = dueDeliveries(plan, judged);
  await load.begin({ first: publisher.next, events });
  const before = readCpu(processes);
  const began = performance.now();
  const publisherLateMs = await publisher.publish(options, (index) => plan.event(from + index));
  let received = load.received;
  let changed = performance.now();
  while (load.received < due && performance.now() - changed < patienceMs) {
    await delay(lookEveryMs);
    if (load.received !== received) {
      received = load.received;
      changed = performance.now();
    }
  }
  const after = readCpu(processes);
  const seconds = (changed - began) / 1_000;
  await delay(graceMs);
  const tally = await load.report();
  return { verdict: judge(plan, judged, tally), tally, before, after, seconds, publisherLateMs };
}
