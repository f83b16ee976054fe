import { StreamEvent, StreamingError } from '@fedistream/domain';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { param, stream, text, type AnyStream } from '../index.js';
import { StreamDefinition } from '../modules/stream-definition.js';
import { StreamRegistry } from '../modules/stream-registry.js';
import { StreamBench, type BenchClient } from '../testing/stream-bench.js';
import { viewer } from '../testing/index.js';

const maxSubscriptions = 3;
const identity = { name: 'test', owner: 'team-test', package: 'test', version: '0.0.0' };

/** A stream whose functions answer as they are told, also what the compiler would refuse. */
function told(answers: { readonly authorize?: () => unknown; readonly channels?: () => unknown }): AnyStream {
  return stream({
    name: 'told',
    scopes: ['read'],
    audience: 'chosen-by-publisher',
    authorize: () => (answers.authorize ? answers.authorize() : true) as boolean,
    channels: () => (answers.channels ? answers.channels() : ['timeline:told']) as never,
  });
}

describe('the way in to a stream', () => {
  let bench: StreamBench;
  let pending: ((allowed: boolean) => void)[];
  let definition: StreamDefinition;
  let client: BenchClient;

  beforeEach(() => {
    vi.useFakeTimers();
    pending = [];
    const room = stream({
      name: 'room',
      scopes: ['read'],
      audience: 'chosen-by-publisher',
      params: { id: text() },
      authorize: () =>
        new Promise<boolean>((resolve) => {
          pending.push(resolve);
        }),
      channels: () => ['timeline:room' as never],
    });
    definition = new StreamDefinition(room, identity);
    bench = new StreamBench([definition]);
    client = bench.connect(viewer(), { maxSubscriptions });
  });

  afterEach(() => {
    bench.stop();
    vi.useRealTimers();
  });

  it('asks no more at once than a connection may have subscriptions, although it takes back what it asked for', async () => {
    const { connection } = client;
    const request = definition.request('room', { id: '1' });
    const refused: unknown[] = [];
    for (let time = 0; time < 10; time++) {
      bench.gate.subscribe(connection, request).catch((failure: unknown) => refused.push(failure));
      connection.unsubscribe(request.label);
    }
    await vi.advanceTimersByTimeAsync(0);
    expect(pending).toHaveLength(maxSubscriptions);
    expect(connection.labels).toEqual([]);
    pending.splice(0).forEach((answer) => {
      answer(true);
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(bench.broker.channels.size).toBe(0);
    // It may ask again as soon as it has been answered.
    void bench.gate.subscribe(connection, request);
    expect(pending).toHaveLength(1);
    pending[0]?.(true);
    await vi.advanceTimersByTimeAsync(0);
    expect([...bench.broker.channels]).toEqual(['timeline:room']);
  });

  it('tells a client that has not taken it back when it has asked too much', async () => {
    const { connection } = client;
    const other = definition.request('room', { id: 'other' });
    for (let time = 0; time < maxSubscriptions; time++) {
      void bench.gate.subscribe(connection, other);
      connection.unsubscribe(other.label);
    }
    const wanted = definition.request('room', { id: 'wanted' });
    await expect(bench.gate.subscribe(connection, wanted)).rejects.toMatchObject({ code: 'tooManySubscriptions' });
    expect(connection.labels).toEqual([]);
  });

  it('does not wait for ever for a stream that does not say who may', async () => {
    const request = definition.request('room', { id: '1' });
    const refusal = expect(bench.gate.subscribe(client.connection, request)).rejects.toMatchObject({
      code: 'unavailable',
      cause: new Error('Stream "room" failed in authorize(): Error: no answer within 10000 ms'),
    });
    await vi.advanceTimersByTimeAsync(10_000);
    await refusal;
    expect(client.connection.labels).toEqual([]);
  });

  /** What a client is told, by whichever way it comes in, and what the log says. Nothing may be followed afterwards. */
  async function refusalsOf(source: AnyStream): Promise<readonly StreamingError[]> {
    const request = new StreamDefinition(source, identity).request('told', {});
    const { connection } = client;
    const outcomes = await Promise.allSettled([
      bench.gate.subscribe(connection, request),
      bench.gate.admit(viewer(), request),
    ]);
    expect(connection.labels).toEqual([]);
    expect(bench.broker.channels.size).toBe(0);
    return outcomes.map((outcome) =>
      outcome.status === 'rejected' ? (outcome.reason as StreamingError) : expect.fail(),
    );
  }

  it.each([undefined, null, 'no', '', 0, 1, {}])('opens for true alone, and %j is a mistake', async (answer) => {
    const mistake = 'Stream "told" failed in authorize(): TypeError: it must answer true or false';
    for (const authorize of [() => answer, () => Promise.resolve(answer)]) {
      for (const refusal of await refusalsOf(told({ authorize }))) {
        expect(refusal).toMatchObject({
          code: 'unexpected',
          cause: { message: expect.stringContaining(mistake) as string },
        });
      }
    }
  });

  it.each([
    {
      how: 'at once',
      authorize: () => {
        throw new TypeError('cannot read it');
      },
    },
    { how: 'later', authorize: () => Promise.reject(new TypeError('cannot read it')) },
  ])('takes what authorize throws $how for a mistake, not for something that passes', async ({ authorize }) => {
    for (const refusal of await refusalsOf(told({ authorize }))) {
      expect(refusal).toMatchObject({
        code: 'unexpected',
        message: 'An unexpected error occurred',
        cause: {
          message: 'Stream "told" failed in authorize(): TypeError: cannot read it',
          stack: expect.stringContaining('stream-gate.spec') as string,
        },
      });
    }
  });

  it('names stream, owner and module of what fails, and counts it by function', async () => {
    const failing = () => {
      throw new Error('out of order');
    };
    const where = { stream: 'told', owner: 'team-test', module: 'test' };
    for (const refusal of [
      ...(await refusalsOf(told({ authorize: failing }))),
      ...(await refusalsOf(told({ channels: failing }))),
    ]) {
      expect(refusal.cause).toMatchObject({ fields: where });
    }
    const { failures } = bench.registry.statistics.of('told');
    expect(Object.fromEntries(failures)).toEqual({ authorize: 2, channels: 2 });
    await refusalsOf(told({ authorize: () => false }));
    expect(failures.get('authorize')).toBe(2);
  });

  it('names and counts a parameter that fails for the text of a client', () => {
    const source = stream({
      name: 'told',
      scopes: ['read'],
      audience: 'chosen-by-publisher',
      params: { when: param({ parse: (text) => new Date(text).toISOString(), example: '2026-01-01' }) },
      channels: () => ['timeline:told' as never],
    });
    const registry = new StreamRegistry([new StreamDefinition(source, identity)]);
    const ask = {
      byName: () => registry.requestByName('told', { when: 'noon' }),
      byPath: () => registry.requestByPath('told', { when: 'noon' }),
    };
    for (const asking of Object.values(ask)) {
      const refusal = vi.fn(asking);
      expect(refusal).toThrow('An unexpected error occurred');
      expect(refusal.mock.results[0]?.value).toMatchObject({
        code: 'unexpected',
        cause: {
          message: 'Stream "told" failed in params(): RangeError: Invalid time value',
          fields: { owner: 'team-test' },
        },
      });
    }
    expect(registry.statistics.of('told').failures.get('params')).toBe(2);
    expect(() => registry.requestByName('told', {})).toThrow('Missing when name parameter');
    expect(registry.statistics.of('told').failures.get('params')).toBe(2);
  });

  it('hands on the refusals that a stream throws itself', async () => {
    const refusal = new StreamingError('unavailable');
    const throwIt = () => {
      throw refusal;
    };
    expect(await refusalsOf(told({ authorize: throwIt }))).toEqual([refusal, refusal]);
    expect(await refusalsOf(told({ channels: throwIt }))).toEqual([refusal, refusal]);
  });

  it.each<{ readonly how: string; readonly channels: () => unknown; readonly says: string }>([
    {
      how: 'that throws',
      channels: () => {
        throw new Error('none today');
      },
      says: 'Error: none today',
    },
    { how: 'with a promise', channels: () => Promise.resolve(['timeline:told']), says: 'it must return a list' },
    { how: 'with one that is rejected', channels: () => Promise.reject(new Error('late')), says: 'not a promise' },
    { how: 'with a text', channels: () => 'timeline:told', says: 'it must return a list' },
    { how: 'with nothing', channels: () => undefined, says: 'it must return a list' },
    { how: 'with none', channels: () => [], says: 'it must return a list' },
    { how: 'with one that is missing', channels: () => ['timeline:told', undefined], says: 'it must return a list' },
    { how: 'with one that has no name', channels: () => [''], says: 'it must return a list' },
    {
      how: 'with one that no family claims',
      channels: () => ['timelin:told'],
      says: 'no channel family claims "timelin:told"',
    },
    {
      how: 'with the control channel of an account',
      channels: () => ['timeline:told', 'timeline:system:1'],
      says: 'clients never receive what "timeline:system:1" carries',
    },
    {
      how: 'with the control channel of a token',
      channels: () => ['timeline:access_token:1'],
      says: 'clients never receive what "timeline:access_token:1" carries',
    },
  ])('does not open for channels() $how', async ({ channels, says }) => {
    for (const refusal of await refusalsOf(told({ channels }))) {
      expect(refusal.code).toBe('unexpected');
      expect(refusal.cause).toMatchObject({
        message: expect.stringMatching(/^Stream "told" failed in channels\(\): /) as string,
      });
      expect((refusal.cause as Error).message).toContain(says);
    }
  });

  it('delivers what a channel carries once, however often the stream names it', async () => {
    const source = told({ channels: () => ['timeline:told', 'timeline:told'] });
    await bench.gate.subscribe(client.connection, new StreamDefinition(source, identity).request('told', {}));
    bench.bus.publish('timeline:told', StreamEvent.of('once'));
    expect(client.received.map(({ event }) => event)).toEqual(['once']);
  });
});
