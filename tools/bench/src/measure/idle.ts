import { setTimeout as delay } from 'node:timers/promises';

import { cpuPer, readCpu } from '../figures/meters.js';
import { openClients, profiled, type Session, type Sizes } from './session.js';
import type { Plan } from '../plans/plan.js';
import type { Figures } from './figures.js';

/** So many clients connect first, so that what exists once is not counted as a connection's. */
const firstClients = 50;
const restMs = 1_500;
/** Two pings to each WebSocket. */
const minuteMs = 60_000;

/** The memory that a connection holds, and the CPU time that all use, while nothing is published. */
export async function measureIdle(session: Session, plan: Plan, sizes: Sizes): Promise<Figures> {
  const { clients, settleMs = restMs, idleMs = minuteMs } = sizes;
  const { server, processes } = session;
  await openClients(session, plan.clients.slice(0, firstClients));
  await delay(settleMs);
  const before = await server.memory();
  await openClients(session, plan.clients.slice(firstClients));
  await delay(settleMs);
  const after = await server.memory();
  // A full collection makes work for some seconds.
  await delay(settleMs);
  const [began, ended] = await profiled(
    session,
    async () => {
      const first = readCpu(processes);
      await delay(idleMs);
      return [first, readCpu(processes)] as const;
    },
    () => clients,
  );
  const each = (from: number, to: number): number => (to - from) / 1_024 / (clients - firstClients);
  return {
    idle: cpuPer((idleMs * 1_000) / 100, began, ended),
    ...(before && after && { residentKb: each(before.resident, after.resident) }),
    ...(before?.heap !== undefined && after?.heap !== undefined && { heapKb: each(before.heap, after.heap) }),
  };
}
