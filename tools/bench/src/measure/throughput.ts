import { cpuPer } from '../figures/meters.js';
import { errorsOf, latencyOf } from './latency.js';
import { prime } from './prime.js';
import { playRound, type Outcome } from './round.js';
import { openClients, type Performance, type Sizes, type Stage } from './stage.js';
import type { Plan } from '../plans/plan.js';
import type { Figures } from './figures.js';

/** Beyond this p99 a rate is not sustained. */
const p99AtMostMs = 250;
const publisherLateAtMostMs = 100;
const faster = 1.25;
/** Once a good and a bad rate are known, the search goes on between them; so many steps, the first included. */
const refinements = 4;
/** One failure may be somebody else's on this machine. */
const attempts = 2;
const patienceMs = 2_000;
const stepsAtMost = 30;
const warmUpPerSecond = 20;

/**
 * The highest rate of deliveries that lasts: all arrive, none extra, p99 under 250 ms, for as long as a step takes. `perSecond`
 * is where the search begins, `events` what a step takes at that rate.
 */
export async function measureThroughput(stage: Stage, plan: Plan, sizes: Sizes): Promise<Figures> {
  await openClients(stage, plan.clients);
  const performance = { stage, plan };
  const seconds = sizes.events / sizes.perSecond;
  let from = await prime(performance, { ...sizes, events: sizes.perSecond });
  let perSecond = sizes.perSecond;
  let good: { readonly rate: number; readonly outcome: Outcome } | undefined;
  let bad: number | undefined;
  let failures = 0;
  let refined = 0;
  for (let step = 0; step < (sizes.steps ?? stepsAtMost) && refined < refinements; step++) {
    const events = Math.ceil(perSecond * seconds);
    const outcome = await playRound(performance, { ...sizes, events, perSecond, from, patienceMs });
    from += events;
    if (isSustained(outcome)) {
      good = { rate: perSecond, outcome };
    } else {
      await startAgain(performance);
      failures++;
      if (failures < attempts) {
        continue;
      }
      bad = perSecond;
    }
    refined += good && bad !== undefined ? 1 : 0;
    failures = 0;
    perSecond = bad === undefined ? perSecond * faster : good ? (good.rate + bad) / 2 : perSecond / faster;
  }
  return good ? figuresOf(good.outcome) : {};
}

/** New clients: a server may have cut off those that could not keep up. */
async function startAgain({ stage, plan }: Performance): Promise<void> {
  await stage.load.disconnect();
  await openClients(stage, plan.clients);
  await prime({ stage, plan }, { clients: plan.clients.length, events: 0, perSecond: warmUpPerSecond, burst: 1 });
}

function isSustained({ verdict, tally, publisherLateMs }: Outcome): boolean {
  const whole = verdict.lost === 0 && verdict.extra === 0 && tally.closed === 0;
  return whole && publisherLateMs < publisherLateAtMostMs && latencyOf(tally.latencies).p99 < p99AtMostMs;
}

function figuresOf(outcome: Outcome): Figures {
  const { before, after, seconds, tally } = outcome;
  const cpu = cpuPer(tally.received, before, after);
  const cores = cpuPer(seconds * 1e6, before, after).server;
  return {
    cpu,
    deliveries: tally.received,
    perSecond: tally.received / seconds,
    ...(cores !== undefined && { cores }),
    latency: latencyOf(tally.latencies),
    errors: errorsOf(outcome),
  };
}
