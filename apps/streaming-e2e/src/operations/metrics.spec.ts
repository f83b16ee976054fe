import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  httpRequest,
  eventStream,
  mastodonSeries,
  metric,
  multiplexedWebSocket,
  openTestEnvironment,
  publishEvent,
  RawConnection,
  receivedBeforeFence,
  statusBy,
  until,
  untilMetric,
  webSocket,
  WebSocketClient,
  webSocketUrl,
  type RedisTestEnvironment,
  readMetric,
  defaultTimeoutMs,
} from '../support/index.js';

const types = ['websocket', 'eventsource'];
const channels = [
  'user',
  'user:notification',
  'public',
  'public:local',
  'public:remote',
  'public:media',
  'public:local:media',
  'public:remote:media',
  'hashtag',
  'hashtag:local',
  'list',
  'direct',
];

/** Without the prefix that Mastodon's documentation gives them. */
const mastodons = mastodonSeries(channels);

describe('the metrics of a server', () => {
  let environment: RedisTestEnvironment;
  let atTheStart: string;

  beforeAll(async () => {
    environment = await openTestEnvironment();
    atTheStart = (await httpRequest(environment.server.url('/metrics'))).body;
  });

  afterAll(async () => {
    await environment.stop();
  });

  it.each(['', 'mastodon_streaming_'])('have all of Mastodon’s names, prefixed %j, at 0 from the start', (prefix) => {
    // The server has sent one statement to PostgreSQL.
    const lines = atTheStart.replace(/^(\w*pg_pool_\w+) \d+$/gm, '$1 0').split('\n');
    expect(mastodons.filter((series) => !lines.includes(`${prefix}${series} 0`))).toEqual([]);
  });

  it('have a series for every reason why a connection ends, from the start', () => {
    const found = [...atTheStart.matchAll(/^fedistream_connections_closed_total\{reason="(.*)"\} 0$/gm)];
    expect(found.map(([, reason]) => reason).sort()).toEqual([
      'binary',
      'flooding',
      'gone',
      'idle',
      'restart',
      'revoked',
      'slow',
    ]);
  });

  it('count every refusal, at whichever layer', async () => {
    const { server, publisher, fixtures } = environment;
    const names = [...atTheStart.matchAll(/^fedistream_refusals_total\{error="(.*)"\} 0$/gm)].map(([, name]) => name);
    const refused = async () =>
      Object.fromEntries(
        await Promise.all(
          names.map(async (name = '') => [name, await metric(server, 'fedistream_refusals_total', { error: name })]),
        ),
      ) as Record<string, number>;
    const before = await refused();
    const { token, account } = await fixtures.viewer();
    const bearer = { Authorization: `Bearer ${token}` };
    await httpRequest(server.url('/api/v1/streaming/user'));
    await httpRequest(server.url('/api/v1/streaming/nothing'));
    await httpRequest(server.url('/api/v1/streaming/list?list=05'), { headers: bearer });
    await httpRequest(server.url('/api/v1/streaming/hashtag'), { headers: bearer });
    await httpRequest(server.url('/nothing'));
    await httpRequest(server.url('/metrics'), { method: 'POST' });
    const channel = `timeline:${account.id}`;
    await expect(
      webSocket.open(server, publisher, { token: 'unknown-token', stream: 'user', channel }),
    ).rejects.toThrow();
    await expect(webSocket.open(server, publisher, { token, stream: 'nothing', channel })).rejects.toThrow();
    const socket = await WebSocketClient.open(webSocketUrl(server, { token, stream: 'user' }));
    socket.subscribe('nothing');
    await socket.nextError();
    await socket.close();
    const noHttp = await RawConnection.open(server.port);
    noHttp.write('no HTTP\r\n\r\n');
    await noHttp.closed;
    const added = async () =>
      Object.fromEntries(
        Object.entries(await refused())
          .map(([name, value]) => [name, value - (before[name] ?? NaN)] as const)
          .filter(([, count]) => count !== 0),
      );
    await expect.poll(added, { timeout: defaultTimeoutMs }).toEqual({
      badRequest: 1,
      invalidToken: 1,
      methodNotAllowed: 1,
      missingParameter: 1,
      missingToken: 1,
      notAuthorized: 1,
      notFound: 1,
      unknownPath: 1,
      unknownStream: 2,
    });
  });

  it('are valid Prometheus text: each name described once, each series once', async () => {
    const { headers, body } = await httpRequest(environment.server.url('/metrics'));
    expect(headers['content-type']).toContain('text/plain; version=0.0.4');
    const lines = body.split('\n').filter((line) => line !== '');
    const series = lines.filter((line) => !line.startsWith('#'));
    for (const line of series) {
      expect(line).toMatch(/^[a-z_][a-z0-9_]*(\{([a-z_]+="[^"\\]*",?)+\})? ([-+.e0-9]+|nan)$/i);
    }
    const names = series.map((line) => line.replace(/ \S+$/, ''));
    expect(names).toEqual([...new Set(names)]);
    const described = lines.filter((line) => line.startsWith('# TYPE')).map((line) => line.split(' ')[2]);
    expect(described).toEqual([...new Set(described)]);
    const undescribed = names.map((name) => name.replace(/\{.*/, '')).filter((name) => !described.includes(name));
    // Summaries and histograms describe their parts under one name.
    expect(undescribed.filter((name) => !/_(sum|count|bucket)$/.test(name))).toEqual([]);
  });

  it('follow clients, subscriptions and events, and return to 0', async () => {
    const { server, publisher, fixtures } = environment;
    const { token, account } = await fixtures.viewer();
    const channel = 'timeline:public';
    const home = `timeline:${account.id}`;
    const stream = await eventStream.open(server, publisher, { token, stream: 'public', channel });
    const socket = await webSocket.open(server, publisher, { token, stream: 'public', channel });
    const idle = await multiplexedWebSocket.open(server, publisher, { token, stream: 'user', channel: home });

    const shown = async (name: string, labels: Readonly<Record<string, string>> = {}) => {
      const { body } = await httpRequest(server.url('/metrics'));
      const [value, prefixed] = [
        readMetric(body, name, labels),
        readMetric(body, `mastodon_streaming_${name}`, labels),
      ];
      expect(value).toBe(prefixed);
      return value;
    };
    const shows = (value: number, ...series: Parameters<typeof shown>) =>
      expect.poll(() => shown(...series), { timeout: defaultTimeoutMs }).toBe(value);
    await shows(1, 'connected_clients', { type: 'eventsource' });
    await shows(2, 'connected_clients', { type: 'websocket' });
    await shows(1, 'connected_channels', { type: 'eventsource', channel: 'public' });
    await shows(1, 'connected_channels', { type: 'websocket', channel: 'public' });
    await shows(1, 'connected_channels', { type: 'websocket', channel: 'user' });
    await shows(3, 'redis_subscriptions');
    await untilMetric(server, 'pg_pool_total_connections', {}, (total) => total > 0);

    const sent = async () => [
      await shown('messages_sent_total', { type: 'eventsource' }),
      await shown('messages_sent_total', { type: 'websocket' }),
    ];
    const [toStreams = 0, toSockets = 0] = await sent();
    const received = (await shown('redis_messages_received_total')) ?? 0;
    await publishEvent(publisher, channel, 'update', statusBy(await fixtures.account()));
    // The fence counts, too.
    await receivedBeforeFence(stream, publisher, channel);
    await expect.poll(sent, { timeout: defaultTimeoutMs }).toEqual([toStreams + 2, toSockets + 2]);
    await shows(received + 2, 'redis_messages_received_total');
    await untilMetric(server, 'fedistream_delivery_seconds_count', { stream: 'public' }, (count) => count >= 1);
    const seconds = await metric(server, 'fedistream_delivery_seconds_sum', { stream: 'public' });
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(60);
    await until('every connection of the pool is idle', async () => {
      const { body } = await httpRequest(server.url('/metrics'));
      return readMetric(body, 'pg_pool_idle_connections') === readMetric(body, 'pg_pool_total_connections');
    });

    await Promise.all([stream.close(), socket.close(), idle.close()]);
    for (const type of types) {
      await untilMetric(server, 'connected_clients', { type }, 0);
      await untilMetric(server, 'connected_channels', { type, channel: 'public' }, 0);
    }
    await untilMetric(server, 'redis_subscriptions', {}, 0);
  });

  it('and health need no token', async () => {
    const { status, headers, body } = await httpRequest(environment.server.url('/api/v1/streaming/health'));
    expect({ status, body }).toEqual({ status: 200, body: 'OK' });
    expect(headers['content-type']).toMatch(/^text\/plain/);
    expect(headers['cache-control']).toBe('private, no-store');
  });
});
