import { channels, StreamEvent, StreamingError } from '@fedistream/domain';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { optional, stream, text, type AnyStream } from '../index.js';
import { StreamDefinition } from '../modules/stream-definition.js';
import { viewer } from '../testing/index.js';
import { StreamBench, type BenchClient } from '../testing/stream-bench.js';

const identity = { name: 'test', owner: 'team-test', package: 'test', version: '0.0.0' };
const intervalMs = 60_000;

/** The accounts that may, as `authorize` sees it now; `undefined` while that cannot be asked. */
let allowed: Set<string> | undefined;
let asked: string[];
let isStuck: boolean;

const one = stream({
  name: 'rooms',
  scopes: ['read'],
  audience: 'chosen-by-publisher',
  params: { room: optional(text()) },
  authorize: ({ viewer: { accountId }, params }) => {
    asked.push(`${accountId} ${params.room ?? ''}`);
    return allowed ? allowed.has(accountId) : Promise.reject(new StreamingError('unavailable'));
  },
  channels: () => [channels.public()],
});

const many = stream({
  name: 'boards',
  scopes: ['read'],
  audience: 'chosen-by-publisher',
  authorize: () => true,
  authorizeMany: (contexts) => {
    asked.push(`${contexts.length} together`);
    return allowed
      ? Promise.resolve(contexts.map((context) => allowed?.has(context.viewer.accountId) === true))
      : Promise.reject(new Error('down'));
  },
  channels: () => [channels.public('local')],
});

/** Of a team whose dependency does not answer any more. */
const stuck = stream({
  name: 'stuck',
  scopes: ['read'],
  audience: 'chosen-by-publisher',
  authorize: () => (isStuck ? new Promise<never>(() => undefined) : true),
  channels: () => [channels.public('remote')],
});

const open = stream({
  name: 'open',
  scopes: ['read'],
  audience: 'chosen-by-publisher',
  channels: () => [channels.public()],
});

describe('a subscription that authorize has allowed', () => {
  let bench: StreamBench;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    vi.spyOn(Logger.prototype, 'log').mockReturnValue();
    allowed = new Set(['1', '2', '3']);
    asked = [];
    isStuck = false;
    bench = new StreamBench(
      [one, many, stuck, open].map((each) => new StreamDefinition(each, identity)),
      undefined,
      {
        reauthorizationIntervalMs: intervalMs,
      },
    );
  });

  afterEach(() => {
    bench.stop();
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  const nameOf = ({ declaration }: AnyStream) => declaration.name;

  async function subscribe(accountId: string, ...streams: AnyStream[]): Promise<BenchClient> {
    const client = bench.connect(viewer({ accountId, tokenId: `t${accountId}` }));
    for (const each of streams) {
      await bench.gate.subscribe(client.connection, bench.registry.requestByName(nameOf(each), {}));
    }
    return client;
  }

  const labelsOf = ({ connection }: BenchClient) => connection.labels.map((label) => label.join(' '));

  it('ends within an interval when it is no longer allowed, and nothing else of the connection does', async () => {
    const client = await subscribe('1', one, many, open);
    const other = await subscribe('2', one, many);
    allowed = new Set(['2']);
    await vi.advanceTimersByTimeAsync(1.2 * intervalMs);
    expect(labelsOf(client)).toEqual(['open']);
    expect([...client.errors].sort()).toEqual([
      '401 Not authorized to stream this boards',
      '401 Not authorized to stream this rooms',
    ]);
    expect(labelsOf(other)).toEqual(['rooms', 'boards']);
    bench.bus.publish('timeline:public', StreamEvent.of('later'));
    expect(client.received.map(({ stream: label }) => label)).toEqual([['open']]);
  });

  it('is asked about again and again, however long the streams of other teams take to answer', async () => {
    // Ten seconds for each fifty of them: a round takes longer than the interval.
    for (let index = 0; index < 400; index++) {
      await subscribe(String(index), stuck);
    }
    const client = await subscribe('1', many);
    isStuck = true;
    for (let round = 0; round < 2; round++) {
      asked = [];
      await vi.advanceTimersByTimeAsync(1.2 * intervalMs);
      expect(asked).toContain('1 together');
    }
    allowed = new Set();
    await vi.advanceTimersByTimeAsync(1.2 * intervalMs);
    expect(labelsOf(client)).toEqual([]);
  });

  it('is asked about every 5 s while its stream cannot answer, also after many rounds', async () => {
    await subscribe('1', one);
    allowed = undefined;
    await vi.advanceTimersByTimeAsync(20 * intervalMs);
    asked = [];
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked.length).toBeGreaterThanOrEqual(10);
    expect(asked.length).toBeLessThanOrEqual(17);
  });

  it('is asked about again and again, together where the stream can', async () => {
    await Promise.all(['1', '2', '3'].map((accountId) => subscribe(accountId, many)));
    asked = [];
    await vi.advanceTimersByTimeAsync(1.2 * intervalMs);
    await vi.advanceTimersByTimeAsync(1.2 * intervalMs);
    expect(new Set(asked)).toEqual(new Set(['3 together']));
    expect(asked.length).toBeGreaterThanOrEqual(2);
  });

  it.each([
    ['for its account', channels.system('1')],
    ['for its stream', channels.systemStream('rooms')],
    ['for its token', channels.accessToken('t1')],
  ])('ends at once after reauthorize %s', async (_, channel) => {
    const client = await subscribe('1', one);
    allowed = new Set();
    bench.bus.publish(channel, StreamEvent.of('reauthorize'));
    await vi.advanceTimersByTimeAsync(0);
    expect(labelsOf(client)).toEqual([]);
  });

  it('is not asked about after reauthorize for another account or stream', async () => {
    await subscribe('1', one);
    asked = [];
    bench.bus.publish(channels.system('2'), StreamEvent.of('reauthorize'));
    bench.bus.publish(channels.systemStream('boards'), StreamEvent.of('reauthorize'));
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toEqual([]);
  });

  it('does not miss a reauthorize that comes while it is being opened', async () => {
    const client = bench.connect(viewer({ accountId: '1' }));
    const opening = bench.gate.subscribe(client.connection, bench.registry.requestByName('rooms', {}));
    allowed = new Set();
    bench.bus.publish(channels.system('1'), StreamEvent.of('reauthorize'));
    await opening;
    await vi.advanceTimersByTimeAsync(0);
    expect(labelsOf(client)).toEqual([]);
  });

  it('stays while that cannot be asked, and is asked about again soon', async () => {
    const client = await subscribe('1', one, many);
    allowed = undefined;
    await vi.advanceTimersByTimeAsync(1.2 * intervalMs);
    expect(labelsOf(client)).toEqual(['rooms', 'boards']);
    allowed = new Set();
    await vi.advanceTimersByTimeAsync(6_000);
    expect(labelsOf(client)).toEqual([]);
  });

  it('is forgotten when it ends', async () => {
    const client = await subscribe('1', one, open);
    expect(bench.reauthorization.size).toBe(1);
    client.connection.unsubscribe(['rooms']);
    expect(bench.reauthorization.size).toBe(0);
  });
});
