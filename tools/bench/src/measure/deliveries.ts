import { cpuPer } from '../figures/meters.js';
import { errorsOf, latencyOf } from './latency.js';
import { awaitSubscriptions, warmUpServer } from './warm-up.js';
import { runRound } from './round.js';
import { openClients, profiled, type Session, type Sizes } from './session.js';
import type { Plan } from '../plans/plan.js';
import type { Figures } from './figures.js';

const patienceMs = 5_000;

/** What a delivery costs and how long it takes, at an even rate that leaves the machine idle time. */
export async function measureDeliveries(session: Session, plan: Plan, sizes: Sizes): Promise<Figures> {
  await warmUpServer(session, plan, sizes);
  await openClients(session, plan.clients);
  const from = await awaitSubscriptions(session, plan, sizes);
  const result = await profiled(
    session,
    () => runRound(session, plan, { ...sizes, from, patienceMs }),
    ({ tally }) => tally.received,
  );
  const deliveries = result.tally.received;
  return {
    deliveries,
    perSecond: deliveries / result.seconds,
    cpu: cpuPer(deliveries, result.before, result.after),
    latency: latencyOf(result.tally.latencies),
    errors: errorsOf(result),
  };
}
