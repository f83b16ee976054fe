import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

import {
  eventStream,
  httpRequest,
  openTestEnvironment,
  publishEvent,
  readMetric,
  until,
  type RedisTestEnvironment,
} from '../support/index.js';

/** Some 30 are open without a client, and 64 are kept free: about 300 are left to clients. The start itself needs 200. */
const limit = 400;

let directory: string;
let environment: RedisTestEnvironment;
const sockets: Socket[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fedistream-descriptors-'));
  const node = join(directory, 'node');
  await writeFile(node, `#!/bin/sh\nulimit -n ${limit}\nexec '${process.execPath}' "$@"\n`, { mode: 0o755 });
  environment = await openTestEnvironment({ env: { ADMIN_PORT: '0' }, execPath: node });
});

afterAll(async () => {
  for (const socket of sockets) {
    socket.destroy();
  }
  await environment.stop();
  await rm(directory, { recursive: true });
});

it('more clients than file descriptors leave the operator, Redis, PostgreSQL and earlier clients connected', async () => {
  const { server, publisher, fixtures } = environment;
  const { address } = await server.logged(({ msg }) => msg === 'internal listener');
  const ask = (path: string) => httpRequest(new URL(path, String(address)));
  const { token, account } = await fixtures.viewer();
  const channel = `timeline:${account.id}`;
  const client = await eventStream.open(server, publisher, { token, stream: 'user', channel });
  let dropped = 0;
  for (let count = 0; count < limit; count++) {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.on('close', () => {
      dropped += 1;
    });
    sockets.push(socket);
  }
  await until('clients are dropped', () => dropped > 0);
  const { body } = await ask('/metrics');
  expect(readMetric(body, 'fedistream_connections_dropped_total')).toBeGreaterThan(0);
  expect(readMetric(body, 'fedistream_file_descriptors_exhausted_total')).toBe(0);
  await until('it is ready', async () => (await ask('/ready')).status === 200);
  await server.logged(({ msg }) => String(msg).startsWith('Connections of clients are dropped'));
  await publishEvent(publisher, channel, 'delete', '1');
  expect((await client.next()).payload).toBe('1');
  for (const socket of sockets) {
    socket.destroy();
  }
  await until('there is room again', async () => {
    const other = await eventStream.open(server, publisher, { token, stream: 'user', channel }).catch(() => undefined);
    await other?.close();
    return other !== undefined;
  });
  await client.close();
});
