import { EventEmitter } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openTestEnvironment, publishEvent, type RedisTestEnvironment } from '../support/index.js';
import { MastoReader, type MastoReading } from './masto-reader.js';
import { sampleEventsFor, expectedOn, publishSampleEvents, type RecordedEvent } from './sample-events.js';
import { openReader, paramsOf, streams, streamTitled, type Reader, type Stream } from './streams.js';

/** masto names members in camel case, and reads every payload as JSON but that of `delete`. */
function asMastoTells({ event, payload }: RecordedEvent): RecordedEvent {
  if (payload === undefined) {
    return { event };
  }
  const isJson = event !== 'delete' && typeof payload === 'string';
  return { event, payload: isJson ? (JSON.parse(payload) as unknown) : camelCased(payload) };
}

function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(camelCased);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      camelCased(member),
    ]),
  );
}

/** How masto can send the token, by its own setting `useInsecureAccessToken`. */
const tokenPlaces = [
  { place: 'as subprotocol', useInsecureAccessToken: false },
  { place: 'in the URL', useInsecureAccessToken: true },
];

describe('masto', () => {
  const single = new Map<Stream, MastoReading>();
  const multiplexed = new Map<Stream, MastoReading>();
  const clients: MastoReader[] = [];
  let environment: RedisTestEnvironment;
  let token: string;
  let reader: Reader;
  let sampleEvents: ReturnType<typeof sampleEventsFor>;

  function open(useInsecureAccessToken = false): MastoReader {
    const streamingApiUrl = environment.server.url('/', 'ws').href;
    const client = new MastoReader({ streamingApiUrl, accessToken: token, useInsecureAccessToken });
    clients.push(client);
    return client;
  }

  beforeAll(async () => {
    // masto listens to its socket once for each subscription, and Node warns of more than ten.
    EventEmitter.defaultMaxListeners = 2 * streams.length;
    environment = await openTestEnvironment();
    ({ token, ...reader } = await openReader(environment.fixtures));
    const shared = open();
    for (const stream of streams) {
      multiplexed.set(stream, shared.read(stream, reader));
      single.set(stream, open().read(stream, reader));
    }
    for (const [stream, reading] of [...single, ...multiplexed]) {
      for (const channel of stream.channels(reader)) {
        await reading.untilSubscribed(environment.publisher, channel);
      }
    }
    sampleEvents = sampleEventsFor(reader);
    await publishSampleEvents(environment.publisher, sampleEvents);
  });

  afterAll(async () => {
    for (const client of clients) {
      client.close();
    }
    await environment.stop();
  });

  it.each(streams)('receives all of $title in order, on its own connection', async (stream) => {
    await hearsAll(stream, single.get(stream)!);
  });

  it.each(streams)('receives all of $title in order, on a connection with all other streams', async (stream) => {
    await hearsAll(stream, multiplexed.get(stream)!);
  });

  async function hearsAll(stream: Stream, reading: MastoReading): Promise<void> {
    const expected = expectedOn(stream, reader, sampleEvents);
    expect(expected).not.toEqual([]);
    expect(await reading.recordedBeforeFence(environment.publisher, stream.channels(reader)[0])).toEqual(
      expected.map(asMastoTells),
    );
    expect([...reading.labels]).toEqual([[stream.name, ...Object.values(paramsOf(stream, reader))].join(' ')]);
  }

  it.each(tokenPlaces)('is accepted with the token $place, and can unsubscribe', async ({ useInsecureAccessToken }) => {
    const [local, user] = [streamTitled('public:local'), streamTitled('user')];
    const [localChannel, userChannel] = [local.channels(reader)[0], user.channels(reader)[0]];
    const client = open(useInsecureAccessToken);
    const [left, kept, witness] = [client.read(local, reader), client.read(user, reader), open().read(local, reader)];
    await left.untilSubscribed(environment.publisher, localChannel);
    await witness.untilSubscribed(environment.publisher, localChannel);
    await kept.untilSubscribed(environment.publisher, userChannel);
    left.subscription.unsubscribe();
    // The server takes a client's messages in order: once a later one has taken effect, so has the earlier one.
    await client
      .read(streamTitled('direct'), reader)
      .untilSubscribed(environment.publisher, `timeline:direct:${reader.account}`);
    await publishEvent(environment.publisher, localChannel, 'delete', '110000000000000001');
    expect(await witness.recordedBeforeFence(environment.publisher, localChannel)).toHaveLength(1);
    expect(await kept.recordedBeforeFence(environment.publisher, userChannel)).toEqual([]);
    expect(left.recorded).toEqual([]);
  });
});
