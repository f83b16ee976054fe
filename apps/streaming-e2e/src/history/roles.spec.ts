import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  authorization,
  httpRequest,
  openTestEnvironment,
  publishEvent,
  Refusal,
  Server,
  streamingPath,
  until,
  untilMetric,
  WebSocketClient,
  webSocketUrl,
  type RedisTestEnvironment,
  type Viewer,
} from '../support/index.js';
import { resumingTransports, type ResumedClient } from './resuming-clients.js';

const idsOf = (client: ResumedClient) => client.events().map(({ payload = '' }) => payload);

describe('a server with ROLE=recorder beside one with ROLE=streaming', () => {
  let environment: RedisTestEnvironment;
  let recorder: Server;
  let internal: string;
  let viewer: Viewer;

  beforeAll(async () => {
    environment = await openTestEnvironment({ env: { HISTORY: 'on', ROLE: 'streaming' } });
    viewer = await environment.fixtures.viewer();
    recorder = await Server.start({ ...environment.env, ROLE: 'recorder', ADMIN_PORT: '0' });
    const { address } = await recorder.logged(({ msg }) => msg === 'internal listener');
    internal = String(address);
    await untilMetric(recorder, 'fedistream_history_recording', {}, 1);
  });

  afterAll(async () => {
    await recorder.stop();
    await environment.stop();
  });

  it('is alive and healthy, and tells load balancers that it takes no clients', async () => {
    expect((await httpRequest(recorder.url(`${streamingPath}/health`))).body).toBe('OK');
    expect((await httpRequest(new URL('/live', internal))).status).toBe(200);
    const { status, body } = await httpRequest(new URL('/ready', internal));
    expect([status, JSON.parse(body)]).toMatchObject([503, { reasons: ['recorder'] }]);
  });

  it('refuses event streams and WebSockets with 503, and says when to come again', async () => {
    const { status, headers, body } = await httpRequest(recorder.url(`${streamingPath}/user`), {
      headers: authorization(viewer),
    });
    expect([status, headers['retry-after']]).toEqual([503, expect.stringMatching(/^\d+$/)]);
    expect(JSON.parse(body)).toEqual({ error: expect.any(String) as string });
    const refusal: unknown = await WebSocketClient.open(
      webSocketUrl(recorder, { token: viewer.token, stream: 'user' }),
    ).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Refusal);
    expect((refusal as Refusal).status).toBe(503);
  });

  it.each(resumingTransports)(
    'records what the other one replays, and that one records nothing: $name',
    async (transport) => {
      const channel = `timeline:${viewer.account.id}`;
      const open = (since?: string) =>
        transport.open(environment.server, { token: viewer.token, stream: 'user' }, since);
      const before = await open();
      const position = await before.position();
      await before.close();
      await publishEvent(environment.publisher, channel, 'delete', '1');
      await publishEvent(environment.publisher, channel, 'delete', '2');
      const after = await open(position);
      await until('what was missed', () => idsOf(after).length === 2);
      expect([after.recovered, idsOf(after)]).toEqual([true, ['1', '2']]);
      await after.close();
      await untilMetric(environment.server, 'fedistream_history_recording', {}, 0);
      await untilMetric(environment.server, 'fedistream_history_recorded_total', {}, 0);
    },
  );
});
