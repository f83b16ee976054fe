import { range, roundRobin } from '../plans/range.js';
import { runRound } from './round.js';
import { openClients, type Session, type Sizes } from './session.js';
import type { Plan } from '../plans/plan.js';

/** Ten clients receive the messages of the warm-up: many events, and few deliveries of each. */
const warmUp = { clients: 10, perSecond: 800 };
/** The warm-up repeats so many events, from so many cycles of the plan. */
const differentEvents = 256;
const cyclesAtMost = 64;
const attemptsAtMost = 10;
/** Every subscription is tried at this rate at least, so that plans with thousands of channels do not take minutes. */
const trialPerSecondAtLeast = 500;
const patience = { patienceMs: 1_500, graceMs: 0 };
/** Events at the scenario's own rate and size before anything counts. */
const settleEvents = 30;
const settlePart = 0.1;

/**
 * Publishes `warmUp` events to a few clients of a server that is new, and closes them. V8 optimises a function once it has run
 * often enough, and a new process interprets half of what it does for each event.
 */
export async function warmUpServer(session: Session, plan: Plan, sizes: Sizes): Promise<void> {
  if (session.server.isWarm || sizes.warmUp === 0) {
    return;
  }
  const few = partOf(plan, warmUp.clients);
  await openClients(session, few.clients);
  const { perSecond } = warmUp;
  await runRound(session, few, { events: sizes.warmUp, perSecond, burst: sizes.burst, from: 0, ...patience });
  await session.load.disconnect();
}

/** The plan with its first clients alone, and with those of its events that reach one of them. */
function partOf(plan: Plan, count: number): Plan {
  const few = new Set(range(Math.min(count, plan.clients.length)));
  const indexes: number[] = [];
  for (let index = 0; index < plan.cycle * cyclesAtMost && indexes.length < differentEvents; index++) {
    if (plan.due(index, false).some((client) => few.has(client))) {
      indexes.push(index);
    }
  }
  return {
    clients: plan.clients.slice(0, count),
    cycle: indexes.length,
    event: (index) => plan.event(roundRobin(indexes, index)),
    due: (index, rules) => plan.due(roundRobin(indexes, index), rules).filter((client) => few.has(client)),
  };
}

/**
 * Publishes until every subscription receives all that is due to it, because a server may answer a client before it has
 * subscribed to the channel. Then publishes some more events at the scenario's rate.
 *
 * @returns the index of the plan's next event
 */
export async function awaitSubscriptions(session: Session, plan: Plan, sizes: Sizes): Promise<number> {
  const { events, perSecond, burst } = sizes;
  const trial = { events: plan.cycle, perSecond: Math.max(perSecond, trialPerSecondAtLeast), burst };
  let from = 0;
  let lost = Infinity;
  for (let attempt = 0; attempt < attemptsAtMost && lost > 0; attempt++) {
    const { check } = await runRound(session, plan, { ...trial, from, ...patience });
    from += plan.cycle;
    if (check.lost === check.due && attempt === attemptsAtMost - 1) {
      throw new Error(`None of ${check.due} due events arrives.`);
    }
    lost = check.lost;
  }
  // A server that forbids more than it should never reaches zero here; the measurement then shows the events as lost.
  const settle = Math.max(settleEvents, Math.ceil(events * settlePart));
  await runRound(session, plan, { events: settle, perSecond, burst, from, ...patience });
  return from + settle;
}
