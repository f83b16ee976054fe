import { afterAll, beforeAll, expect, it } from 'vitest';

import {
  authorization,
  httpRequest,
  openTestEnvironment,
  streamingPath,
  TableLock,
  until,
  untilMetric,
  WebSocketClient,
  webSocketUrl,
  type RedisTestEnvironment,
} from '../support/index.js';

/** As many clients have their tokens looked up at the same time. */
const atOnce = 256;
const maxWaiting = 5;

let environment: RedisTestEnvironment;
let admin: string;

beforeAll(async () => {
  environment = await openTestEnvironment({ env: { ADMIN_PORT: '0', MAX_WAITING_CLIENTS: String(maxWaiting) } });
  const { address } = await environment.server.logged(({ msg }) => msg === 'internal listener');
  admin = String(address);
});

afterAll(async () => {
  await environment.stop();
});

it('lets clients of a storm wait, refuses those beyond the queue for a moment, and says that it is overloaded', async () => {
  const { server } = environment;
  const { token } = await environment.fixtures.viewer();
  const connect = () => WebSocketClient.open(webSocketUrl(server, { token, stream: 'user' }));
  const ready = async () => {
    const { status, body } = await httpRequest(new URL('/ready', admin));
    return { status, ...(JSON.parse(body) as object) };
  };
  const calm = await connect();
  const lock = await TableLock.take(environment, 'oauth_access_tokens');
  const storm = Array.from({ length: atOnce + maxWaiting }, connect);
  const opened = Promise.all(storm);
  await untilMetric(server, 'fedistream_admissions_waiting', {}, maxWaiting);

  await expect(connect()).rejects.toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
  const eventStream = server.url(`${streamingPath}/user`);
  const { status, headers } = await httpRequest(eventStream, { headers: authorization({ token }) });
  expect([status, headers['retry-after']]).toEqual([503, '5']);
  // An EventSource would not come back after a status.
  const browser = { ...authorization({ token }), Accept: 'text/event-stream', 'Sec-Fetch-Mode': 'cors' };
  await expect(httpRequest(eventStream, { headers: browser })).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(await ready()).toEqual({ status: 503, ready: false, reasons: ['overloaded'] });
  await calm.ping();

  await lock.release();
  const clients = await opened;
  await until('it is ready', async () => (await ready()).status === 200);
  await untilMetric(server, 'fedistream_admissions_refused_total', {}, 3);
  await server.logged(({ cause }) => JSON.stringify(cause ?? '').includes('MAX_WAITING_CLIENTS'));
  await Promise.all([calm, ...clients].map((client) => client.close()));
});
