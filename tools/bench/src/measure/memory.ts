import { setTimeout as delay } from 'node:timers/promises';

import { openClients, type Sizes, type Stage } from './stage.js';
import type { Plan } from '../plans/plan.js';
import type { Figures } from './figures.js';

/** So many clients come first, so that what exists once is there before it is counted. */
const firstComers = 50;
const restMs = 1_500;

/** What a connection holds while nothing happens on it. */
export async function measureMemory(stage: Stage, plan: Plan, { clients, settleMs = restMs }: Sizes): Promise<Figures> {
  const { server } = stage;
  await openClients(stage, plan.clients.slice(0, firstComers));
  await delay(settleMs);
  const before = await server.memory();
  await openClients(stage, plan.clients.slice(firstComers));
  await delay(settleMs);
  const after = await server.memory();
  if (!before || !after) {
    return {};
  }
  const each = (from: number, to: number): number => (to - from) / 1_024 / (clients - firstComers);
  return {
    residentKb: each(before.resident, after.resident),
    ...(before.heap !== undefined && after.heap !== undefined && { heapKb: each(before.heap, after.heap) }),
  };
}
