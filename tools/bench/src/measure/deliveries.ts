import { cpuPer } from '../figures/meters.js';
import { errorsOf, latencyOf } from './latency.js';
import { breakInServer, prime } from './prime.js';
import { playRound } from './round.js';
import { openClients, type Sizes, type Stage } from './stage.js';
import type { Plan } from '../plans/plan.js';
import type { Figures } from './figures.js';

const patienceMs = 5_000;

/** What a delivery costs and how long it takes, at an even pace that leaves the machine room. */
export async function measureDeliveries(stage: Stage, plan: Plan, sizes: Sizes): Promise<Figures> {
  await breakInServer(stage, plan, sizes);
  await openClients(stage, plan.clients);
  const performance = { stage, plan };
  const from = await prime(performance, sizes);
  const outcome = await playRound(performance, { ...sizes, from, patienceMs });
  const deliveries = outcome.tally.received;
  return {
    deliveries,
    perSecond: deliveries / outcome.seconds,
    cpu: cpuPer(deliveries, outcome.before, outcome.after),
    latency: latencyOf(outcome.tally.latencies),
    errors: errorsOf(outcome),
  };
}
