import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';

import {
  openTestEnvironment,
  publishEvent,
  Server,
  until,
  untilMetric,
  type RedisTestEnvironment,
} from '../support/index.js';
import { EventSourceReader } from './event-source-reader.js';
import { MastoReader } from './masto-reader.js';
import { MegalodonReader } from './megalodon-reader.js';
import { openReader, streamTitled } from './streams.js';

const stream = streamTitled('user');
const leaving: (() => Promise<void> | void)[] = [];
let environment: RedisTestEnvironment;

beforeAll(async () => {
  environment = await openTestEnvironment();
});

afterAll(async () => {
  await environment.stop();
});

beforeEach(() => {
  // masto and megalodon log every lost connection to the console.
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

afterEach(async () => {
  for (const leave of leaving.splice(0).reverse()) {
    await leave();
  }
  vi.restoreAllMocks();
});

/** The three clients, each with a token of its own, on their home timelines. */
async function openAll() {
  const readers = await Promise.all([1, 2, 3].map(() => openReader(environment.fixtures)));
  const [forMasto, forMegalodon, forEventSource] = readers as [Known, Known, Known];
  const closeCodes: number[] = [];
  /** For masto, which accepts a WebSocket class and does not expose close codes. */
  class TellingWebSocket extends WebSocket {
    constructor(url: URL, protocols: string[]) {
      super(url, protocols);
      this.on('close', (code) => closeCodes.push(code));
    }
  }
  const url = environment.server.url('/', 'ws').origin;
  const masto = new MastoReader({
    streamingApiUrl: url,
    accessToken: forMasto.token,
    implementation: TellingWebSocket,
  });
  const mastoReading = masto.read(stream, forMasto);
  const megalodon = new MegalodonReader(url, forMegalodon.token, stream, forMegalodon);
  const eventSource = new EventSourceReader(environment.server, forEventSource.token, stream, forEventSource);
  leaving.push(() => {
    masto.close();
    megalodon.close();
    eventSource.close();
  });
  await Promise.all([
    megalodon.told('connect'),
    eventSource.opened,
    mastoReading.untilSubscribed(environment.publisher, channelOf(forMasto)),
  ]);
  return { readers, forMasto, forMegalodon, forEventSource, masto, megalodon, eventSource, closeCodes };
}

type Known = Awaited<ReturnType<typeof openReader>>;

function channelOf({ account }: Known): string {
  return `timeline:${account}`;
}

describe('clients', () => {
  it('are disconnected when their token is revoked, with a code after which they stop, and their channels are released', async () => {
    const { readers, megalodon, eventSource, closeCodes } = await openAll();
    const megalodonStops = megalodon.told('close');
    for (const { tokenId } of readers) {
      await environment.fixtures.sql('UPDATE oauth_access_tokens SET revoked_at = now() WHERE id = $1', [tokenId]);
      await publishEvent(environment.publisher, `timeline:access_token:${tokenId}`, 'kill');
    }
    // megalodon emits close only after 1000. After any other code it reconnects forever.
    await megalodonStops;
    // EventSource does not see why the stream ended. It reconnects once, and stops when refused.
    expect(await eventSource.refused).toBe(401);
    // masto ignores the code and reconnects with back-off, to be refused.
    await until('masto is refused', () => closeCodes.length > 1);
    expect(closeCodes[0]).toBe(1000);
    await untilMetric(environment.server, 'fedistream_refusals_total', { error: 'invalidToken' }, (count) => count > 1);
    for (const reader of readers) {
      await environment.publisher.subscribers(channelOf(reader), 0);
    }
  });

  it('reconnect by themselves to a restarted server, and receive events again', async () => {
    const { forMasto, forMegalodon, forEventSource, masto, megalodon, eventSource, closeCodes } = await openAll();
    const port = String(environment.server.port);
    expect(await environment.server.stop()).toEqual({ code: 0, signal: null });
    const again = await Server.start({ ...environment.env, PORT: port });
    leaving.push(() => again.kill());
    // megalodon waits for ten seconds, EventSource for three.
    await untilMetric(again, 'connected_clients', { type: 'websocket' }, 2);
    await untilMetric(again, 'connected_clients', { type: 'eventsource' }, 1);
    expect(closeCodes[0]).toBe(1012);
    await megalodon.untilSubscribed(environment.publisher, channelOf(forMegalodon));
    await eventSource.untilSubscribed(environment.publisher, channelOf(forEventSource));
    // An iterator of masto stays with its first connection; a new iterator receives events.
    await masto.read(stream, forMasto).untilSubscribed(environment.publisher, channelOf(forMasto));
  });
});
