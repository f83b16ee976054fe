import { setTimeout as delay } from 'node:timers/promises';

import { cpuPer, readCpu } from '../figures/meters.js';
import { spreadOf } from '../figures/statistics.js';
import { openClients, type Session, type Sizes } from './session.js';
import type { Plan } from '../plans/plan.js';
import type { Figures } from './figures.js';

const restMs = 3_000;
const pauseMs = 300;

/**
 * What one scrape of /metrics costs while many clients are connected and nothing is published: CPU time, the time to the
 * answer, and the longest block of the event loop. `events` is the number of scrapes.
 */
export async function measureScrape(session: Session, plan: Plan, sizes: Sizes): Promise<Figures> {
  const { server, processes } = session;
  await openClients(session, plan.clients);
  await delay(sizes.settleMs ?? restMs);
  const url = `http://${server.address.host}:${server.address.port}/metrics`;
  await scrape(url);
  const blocks: (number | undefined)[] = [];
  const answers: number[] = [];
  const before = readCpu(processes);
  for (let turn = 0; turn < sizes.events; turn++) {
    await delay(pauseMs);
    await server.probe?.longestBlockMs();
    const began = performance.now();
    await scrape(url);
    answers.push(performance.now() - began);
    blocks.push(await server.probe?.longestBlockMs());
  }
  const cpu = cpuPer(sizes.events, before, readCpu(processes));
  const blockMs = spreadOf(blocks)?.median;
  const answerMs = spreadOf(answers)?.median;
  return { cpu, ...(blockMs !== undefined && { blockMs }), ...(answerMs !== undefined && { answerMs }) };
}

async function scrape(url: string): Promise<void> {
  const response = await fetch(url);
  await response.text();
  if (!response.ok) {
    throw new Error(`${url} answered ${response.status}`);
  }
}
