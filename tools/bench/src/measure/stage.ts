import type { ClientSpec, ConnectResult, Transport } from '../load/messages.js';
import type { Publisher } from '../events/publisher.js';
import type { Load } from '../load/load.js';
import type { MeteredProcesses } from '../figures/meters.js';
import type { Plan, PlannedClient, Population } from '../plans/plan.js';
import type { RunningServer, Subject } from '../subjects/subject.js';

/** All that a measurement needs: a server that has just been started, load processes without clients, a publisher. */
export interface Stage {
  readonly subject: Subject;
  readonly server: RunningServer;
  readonly transport: Transport;
  readonly load: Load;
  readonly publisher: Publisher;
  readonly population: Population;
  readonly processes: MeteredProcesses;
}

/** How large a measurement is. */
export interface Sizes {
  readonly clients: number;
  readonly events: number;
  /** Events published per second. */
  readonly perSecond: number;
  /** Events that leave together. */
  readonly burst: number;
  /** How long a server rests before its memory is read. */
  readonly settleMs?: number;
  /** How many rates are tried at most. */
  readonly steps?: number;
}

/** Makes the clients of a plan known to the subject. */
export function specsOf({ subject }: Stage, clients: readonly PlannedClient[]): ClientSpec[] {
  return clients.map(({ viewer, subscriptions }) => ({ token: subject.tokenOf(viewer), subscriptions }));
}

/** Opens clients; fails when one is refused, because then nothing that follows means anything. */
export async function openClients(stage: Stage, clients: readonly PlannedClient[], perSecond?: number) {
  const { load, server, transport } = stage;
  const order = { address: server.address, transport, clients: specsOf(stage, clients), perSecond };
  const result: ConnectResult = await load.connect(order);
  if (result.open < clients.length) {
    const why = result.refusals.join('; ');
    throw new Error(`${clients.length - result.open} of ${clients.length} clients were refused: ${why}`);
  }
  return result;
}

/** A plan with the server and clients it runs on. */
export interface Performance {
  readonly stage: Stage;
  readonly plan: Plan;
}
