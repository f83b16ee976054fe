import { cpuPer } from '../figures/meters.js';
import { errorsOf, latencyOf } from './latency.js';
import { awaitSubscriptions, warmUpServer } from './warm-up.js';
import { runRound, type RoundResult } from './round.js';
import { openClients, type Session, type Sizes } from './session.js';
import type { Plan } from '../plans/plan.js';
import type { Figures } from './figures.js';

/** Beyond this p99 a rate is not sustained. */
const p99AtMostMs = 250;
const publisherLateAtMostMs = 100;
const faster = 1.25;
/** Once a sustained and an unsustained rate are known, the search halves the distance between them so many times. */
const refinements = 4;
/** One failure may be caused by another process of the machine. */
const attempts = 2;
const patienceMs = 2_000;
const stepsAtMost = 30;
const warmUpPerSecond = 20;

/**
 * The highest rate of deliveries that lasts: all arrive, none extra, p99 under 250 ms, for as long as a step takes. `perSecond`
 * is where the search begins, `events` what a step takes at that rate.
 */
export async function measureThroughput(session: Session, plan: Plan, sizes: Sizes): Promise<Figures> {
  await warmUpServer(session, plan, sizes);
  await openClients(session, plan.clients);
  const seconds = sizes.events / sizes.perSecond;
  let from = await awaitSubscriptions(session, plan, { ...sizes, events: sizes.perSecond });
  let perSecond = sizes.perSecond;
  let good: { readonly rate: number; readonly result: RoundResult } | undefined;
  let bad: number | undefined;
  let failures = 0;
  let refined = 0;
  for (let step = 0; step < (sizes.steps ?? stepsAtMost) && refined < refinements; step++) {
    const events = Math.ceil(perSecond * seconds);
    const result = await runRound(session, plan, { ...sizes, events, perSecond, from, patienceMs });
    from += events;
    if (isSustained(result)) {
      good = { rate: perSecond, result };
    } else {
      await reconnect(session, plan);
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
  return good ? figuresOf(good.result) : {};
}

/** Opens all clients again: the server may have closed those that could not keep up. */
async function reconnect(session: Session, plan: Plan): Promise<void> {
  await session.load.disconnect();
  await openClients(session, plan.clients);
  await awaitSubscriptions(session, plan, {
    clients: plan.clients.length,
    events: 0,
    perSecond: warmUpPerSecond,
    burst: 1,
    warmUp: 0,
  });
}

function isSustained({ check, tally, publisherLateMs }: RoundResult): boolean {
  const whole = check.lost === 0 && check.extra === 0 && tally.closed === 0;
  return whole && publisherLateMs < publisherLateAtMostMs && latencyOf(tally.latencies).p99 < p99AtMostMs;
}

function figuresOf(result: RoundResult): Figures {
  const { before, after, seconds, tally } = result;
  const cpu = cpuPer(tally.received, before, after);
  const cores = cpuPer(seconds * 1e6, before, after).server;
  return {
    cpu,
    deliveries: tally.received,
    perSecond: tally.received / seconds,
    ...(cores !== undefined && { cores }),
    latency: latencyOf(tally.latencies),
    errors: errorsOf(result),
  };
}
