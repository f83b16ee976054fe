import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../support/index.js';
import type { ChaosEnvironment } from './chaos-environment.js';
import type { Fault } from './faults.js';
import { outcomeOf, type Outcome } from './oracle.js';
import { Traffic } from './traffic.js';

/** What became of the client of one stream and transport. */
export interface Cell extends Outcome {
  readonly stream: string;
  readonly transport: string;
  /** From the end of the fault until the client had received an event that was published afterwards. */
  readonly backMs: number;
}

/** Traffic before and behind the fault. */
const aroundMs = 800;
const backWithinMs = 60_000;

/** Runs one fault under traffic, with a client for each stream and transport, and compares what they received. */
export async function runFault(environment: ChaosEnvironment, fault: Fault): Promise<Cell[]> {
  const { viewer, authors, kinds } = await environment.viewer();
  const followers = await environment.follow(viewer, kinds);
  const traffic = new Traffic(environment.publisher, kinds, authors);
  const back = new Map<string, number>();
  try {
    if (environment.history) {
      // Each event brings one.
      await until('all clients know a position', () => followers.every(({ client }) => client.knowsPosition));
    }
    await delay(aroundMs);
    await fault.run({ environment, followers, traffic });
    const healedAtMs = performance.now();
    for (const { client, kind } of followers) {
      await until(
        `${client.name} receives events again after: ${fault.name}`,
        () => {
          const later = traffic.published.filter(
            ({ stream, forbidden, atMs }) => stream === kind.name && !forbidden && atMs > healedAtMs,
          );
          const received = new Set(client.events.map(({ payload = '' }) => idIn(payload)));
          return later.some(({ id }) => received.has(id));
        },
        backWithinMs,
      );
      back.set(client.name, Math.round(performance.now() - healedAtMs));
    }
    await delay(aroundMs);
  } finally {
    await traffic.stop();
  }
  // Behind these nothing is on its way: streams keep their order.
  const last = new Set(await traffic.publishAll());
  for (const { client } of followers) {
    await until(
      `${client.name} receives the last event after: ${fault.name}`,
      () => client.events.some(({ payload = '' }) => last.has(idIn(payload))),
      backWithinMs,
    );
  }
  const cells = followers.map(({ client, kind, transport }) => ({
    stream: kind.name,
    transport,
    ...outcomeOf(client, kind.name, traffic.published),
    backMs: back.get(client.name) ?? 0,
  }));
  await Promise.all(followers.map(({ client }) => client.close()));
  return cells;
}

function idIn(payload: string): string {
  return /"id":"(\d+)"/.exec(payload)?.[1] ?? '';
}
