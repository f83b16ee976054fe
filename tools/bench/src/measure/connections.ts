import { cpuPer } from '../figures/meters.js';
import { roundRobin } from '../plans/range.js';
import { errorsOf, latencyOf } from './latency.js';
import { awaitSubscriptions } from './warm-up.js';
import { runRound } from './round.js';
import { openClients, profiled, type Session, type Sizes } from './session.js';
import type { Plan, PlannedClient } from '../plans/plan.js';
import type { Figures } from './figures.js';

/** How many clients connect per second. */
const connectsPerSecond = 200;
/** So many clients receive public events meanwhile. */
const listeners = 200;
const patienceMs = 5_000;
/** As many clients as are measured connect to a new server before, and leave, as fast as this. */
const warmUpPerSecond = 500;

/** The number of clients of the public plan; the others connect while it runs. */
export function listenersOf({ clients }: Sizes): number {
  return Math.min(listeners, clients);
}

/**
 * What a new connection costs while deliveries continue. The same events are published twice, with and without new clients; the
 * difference is the cost of the connections. New clients open their home streams, to which nothing is published.
 */
export async function measureConnections(session: Session, plan: Plan, sizes: Sizes): Promise<Figures> {
  if (!session.server.isWarm) {
    await openClients(session, newClients(session, Math.min(sizes.clients, sizes.warmUp), 0), warmUpPerSecond);
    await session.load.disconnect();
  }
  await openClients(session, plan.clients);
  const seconds = sizes.clients / connectsPerSecond;
  const pace = { ...sizes, events: Math.ceil(seconds * sizes.perSecond) };
  await openClients(session, newClients(session, Math.ceil(sizes.clients / 10), sizes.clients), connectsPerSecond);
  const from = await awaitSubscriptions(session, plan, pace);
  const quiet = await runRound(session, plan, { ...pace, from, patienceMs });
  const [connected, busy] = await profiled(
    session,
    () =>
      Promise.all([
        openClients(session, newClients(session, sizes.clients, 0), connectsPerSecond),
        runRound(session, plan, { ...pace, from: from + pace.events, patienceMs }),
      ]),
    () => sizes.clients,
  );
  const withNewClients = cpuPer(sizes.clients, busy.before, busy.after);
  const without = cpuPer(sizes.clients, quiet.before, quiet.after);
  return {
    cpu: cpuPer(1, without, withNewClients),
    connecting: latencyOf(connected.latencies),
    latencyBefore: latencyOf(quiet.tally.latencies),
    latency: latencyOf(busy.tally.latencies),
    errors: errorsOf(busy),
  };
}

/** Viewers from the end of the population, the last `skipped` left out: no account connects twice or is a listener. */
function newClients({ population: { viewers } }: Session, count: number, skipped: number): PlannedClient[] {
  const last = viewers.length - 1;
  return Array.from({ length: count }, (_, index) => ({
    viewer: roundRobin(viewers, last - ((skipped + index) % viewers.length)),
    subscriptions: [{ stream: 'user' }],
  }));
}
