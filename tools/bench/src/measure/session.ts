import type { ClientSpec, ConnectResult, Transport } from '../load/messages.js';
import type { Publisher } from '../events/publisher.js';
import type { Load } from '../load/load.js';
import type { MeteredProcesses } from '../figures/meters.js';
import type { PlannedClient, Population } from '../plans/plan.js';
import type { MeasuredServer, RunningServer } from '../servers/measured-server.js';
import type { CpuProfile } from '../profile/cpu-profile.js';

/** All that a measurement needs: a server that runs, load processes without clients, a publisher. */
export interface Session {
  readonly measured: MeasuredServer;
  readonly server: RunningServer;
  readonly transport: Transport;
  readonly load: Load;
  readonly publisher: Publisher;
  readonly population: Population;
  readonly processes: MeteredProcesses;
  /** Set when the measured part of a scenario is to be profiled; receives the profile and how many units it covers. */
  readonly onProfile?: ((profile: CpuProfile, units: number) => void) | undefined;
}

/** How large a measurement is. */
export interface Sizes {
  readonly clients: number;
  readonly events: number;
  /** Events published per second. */
  readonly perSecond: number;
  /** Events that are published together. */
  readonly burst: number;
  /** Messages that a new server delivers before it is measured. */
  readonly warmUp: number;
  /** How long a server is left alone before its memory is read, in ms. */
  readonly settleMs?: number;
  /** How long the CPU time of idle connections is measured, in ms. */
  readonly idleMs?: number;
  /** How many rates are tried at most. */
  readonly steps?: number;
}

/** The clients of a plan with the tokens that this server understands. */
export function specsOf({ measured }: Session, clients: readonly PlannedClient[]): ClientSpec[] {
  return clients.map(({ viewer, subscriptions }) => ({ token: measured.tokenOf(viewer), subscriptions }));
}

/** Opens clients. Rejects when one is refused: figures with fewer clients would mean something else. */
export async function openClients(session: Session, clients: readonly PlannedClient[], perSecond?: number) {
  const { load, server, transport } = session;
  const order = { address: server.address, transport, clients: specsOf(session, clients), perSecond };
  const result: ConnectResult = await load.connect(order);
  if (result.open < clients.length) {
    const why = result.refusals.join('; ');
    throw new Error(`${clients.length - result.open} of ${clients.length} clients were refused: ${why}`);
  }
  return result;
}

/** Runs the measured part of a scenario, under the profiler when a profile is wanted. */
export async function profiled<T>(session: Session, run: () => Promise<T>, unitsOf: (result: T) => number): Promise<T> {
  const { onProfile, server } = session;
  if (!onProfile || !server.probe) {
    return run();
  }
  await server.probe.startProfile();
  const result = await run();
  onProfile(await server.probe.stopProfile(), unitsOf(result));
  return result;
}
