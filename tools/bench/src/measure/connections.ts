import { cpuPer } from '../figures/meters.js';
import { inTurn } from '../plans/spread.js';
import { errorsOf, latencyOf } from './latency.js';
import { prime } from './prime.js';
import { playRound } from './round.js';
import { openClients, type Sizes, type Stage } from './stage.js';
import type { Plan, PlannedClient } from '../plans/plan.js';
import type { Figures } from './figures.js';

/** How fast clients come. */
const connectsPerSecond = 200;
/** They come while about so many clients receive public events. */
const listeners = 200;
const patienceMs = 5_000;
/** A new server is broken in by as many clients as are measured, who leave again. */
const breakInPerSecond = 500;

/** The public plan is made for this many; the others come later. */
export function listenersOf({ clients }: Sizes): number {
  return Math.min(listeners, clients);
}

/**
 * What a new connection costs, while deliveries go on. The same events are published twice, with and without newcomers: the
 * difference is theirs. They listen to their home streams, where nothing happens.
 */
export async function measureConnections(stage: Stage, plan: Plan, sizes: Sizes): Promise<Figures> {
  if (stage.subject.isNew) {
    await openClients(stage, newcomers(stage, sizes.clients, 0), breakInPerSecond);
    await stage.load.disconnect();
  }
  await openClients(stage, plan.clients);
  const seconds = sizes.clients / connectsPerSecond;
  const pace = { ...sizes, events: Math.ceil(seconds * sizes.perSecond) };
  const performance = { stage, plan };
  // Newcomers have a warm-up, too.
  await openClients(stage, newcomers(stage, Math.ceil(sizes.clients / 10), sizes.clients), connectsPerSecond);
  const from = await prime(performance, pace);
  const quiet = await playRound(performance, { ...pace, from, patienceMs });
  const [connected, busy] = await Promise.all([
    openClients(stage, newcomers(stage, sizes.clients, 0), connectsPerSecond),
    playRound(performance, { ...pace, from: from + pace.events, patienceMs }),
  ]);
  const withNewcomers = cpuPer(sizes.clients, busy.before, busy.after);
  const without = cpuPer(sizes.clients, quiet.before, quiet.after);
  return {
    cpu: cpuPer(1, without, withNewcomers),
    connecting: latencyOf(connected.latencies),
    latencyBefore: latencyOf(quiet.tally.latencies),
    latency: latencyOf(busy.tally.latencies),
    errors: errorsOf(busy),
  };
}

/** Viewers from the end, behind the last `skipped`, so that they are neither listeners nor each other. */
function newcomers({ population: { viewers } }: Stage, count: number, skipped: number): PlannedClient[] {
  const last = viewers.length - 1;
  return Array.from({ length: count }, (_, index) => ({
    viewer: inTurn(viewers, last - ((skipped + index) % viewers.length)),
    subscriptions: [{ stream: 'user' }],
  }));
}
