import { playRound } from './round.js';
import { openClients, type Performance, type Sizes, type Stage } from './stage.js';
import type { Plan } from '../plans/plan.js';

const attemptsAtMost = 10;
/** Some thousand events, as fast as ten clients can be served: about what a server sees in the first minutes of its life. */
const breakIn = { clients: 10, perSecond: 800, seconds: 6 };
/** For tiny measurements: the events to break in for each that is measured. */
const breakInFactor = 20;
const patience = { patienceMs: 1_500, graceMs: 0 };
/** So many events at least before anything counts, for the compiler of V8. */
const warmUpEvents = 30;
const warmUpPart = 0.2;

/**
 * Lets a few clients receive as many events as others do in minutes, and sends them away, if the server is new: V8
 * compiles what is done for each event by how often it was done, and a process that has just begun interprets half of it.
 */
export async function breakInServer(stage: Stage, plan: Plan, { events, burst }: Sizes): Promise<void> {
  if (!stage.subject.isNew) {
    return;
  }
  const clients = plan.clients.slice(0, breakIn.clients);
  const few: Plan = {
    ...plan,
    clients,
    due: (index, rules) => plan.due(index, rules).filter((client) => client < clients.length),
  };
  await openClients(stage, clients);
  const { perSecond, seconds } = breakIn;
  const enough = Math.min(perSecond * seconds, events * breakInFactor);
  await playRound({ stage, plan: few }, { events: enough, perSecond, burst, from: 0, ...patience });
  await stage.load.disconnect();
}

/**
 * Publishes until every subscription receives all that is due to it (a server may answer a client before it follows the
 * channel), and then some more until the code is warm.
 *
 * @returns the index of the plan's next event
 */
export async function prime(performance: Performance, { events, perSecond, burst }: Sizes): Promise<number> {
  const { plan } = performance;
  let from = 0;
  let lost = Infinity;
  for (let attempt = 0; attempt < attemptsAtMost && lost > 0; attempt++) {
    const { verdict } = await playRound(performance, { events: plan.cycle, perSecond, burst, from, ...patience });
    from += plan.cycle;
    if (verdict.lost === verdict.due && attempt === attemptsAtMost - 1) {
      throw new Error(`Not one of ${verdict.due} due events arrives.`);
    }
    lost = verdict.lost;
  }
  // A server that forbids more than it should never gets to zero; the measurement will show it as lost.
  const warmUp = Math.max(warmUpEvents, Math.ceil(events * warmUpPart));
  await playRound(performance, { events: warmUp, perSecond, burst, from, ...patience });
  return from + warmUp;
}
