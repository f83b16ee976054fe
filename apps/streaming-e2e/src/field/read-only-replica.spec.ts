import { afterEach, describe, expect, it } from 'vitest';
import { Redis } from 'ioredis';

import {
  authorization,
  httpRequest,
  openTestEnvironment,
  ownRedis,
  streamingPath,
  until,
  untilMetric,
} from '../support/index.js';
import { expectDelivery } from './delivery.js';

/** How long clients come and are refused. */
const watchedMs = 3_000;

/** With pauses of a quarter of a second at least, and a first one that is shorter. */
const mostConnections = watchedMs / 250 + 2;

/** The lines of a start and of one refusal. A line for each refused client or attempt would exceed it. */
const mostLines = 20;

describe('a server whose Redis is a read-only replica', () => {
  const atEnd: (() => unknown)[] = [];

  afterEach(async () => {
    for (const end of atEnd.splice(0).reverse()) {
      await end();
    }
  });

  it('starts, says so in few lines of JSON, refuses new clients, and serves once the replica is promoted', async (test) => {
    const master = await ownRedis(test);
    atEnd.push(() => master.stop());
    const replica = await ownRedis(test, { args: ['--replicaof', '127.0.0.1', String(master.port)] });
    atEnd.push(() => replica.stop());
    const operator = new Redis(replica.url);
    atEnd.push(() => {
      operator.disconnect();
    });
    await until('the replica has what the master has', async () =>
      (await operator.info('replication')).includes('master_link_status:up'),
    );
    const environment = await openTestEnvironment({ redisUrl: replica.url });
    atEnd.push(() => environment.stop());
    const { server, publisher, fixtures } = environment;
    const viewer = await fixtures.viewer();
    await server.logged(({ msg }) => String(msg).startsWith('Cannot write presence keys (READONLY'));
    await untilMetric(server, 'fedistream_presence_failing', {}, 1);
    const before = await connectionsReceived(operator);
    const watchedUntil = performance.now() + watchedMs;
    await until('clients were refused for some seconds', async () => {
      const { status } = await httpRequest(server.url(`${streamingPath}/user`), { headers: authorization(viewer) });
      expect(status).toBe(503);
      return performance.now() > watchedUntil;
    });
    expect((await connectionsReceived(operator)) - before).toBeLessThanOrEqual(mostConnections);
    const lines = server.outputSoFar.split('\n');
    expect(lines.filter((line) => !isJson(line))).toEqual([]);
    expect(lines.length).toBeLessThanOrEqual(mostLines);

    await operator.replicaof('NO', 'ONE');
    await untilMetric(server, 'fedistream_presence_failing', {}, 0);
    await expectDelivery(server, publisher, viewer);
  });
});

async function connectionsReceived(operator: Redis): Promise<number> {
  return Number(/total_connections_received:(\d+)/.exec(await operator.info('stats'))?.[1]);
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
