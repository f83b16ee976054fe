import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { quickIntervals } from '../conformance/quick-intervals.js';
import { openTestEnvironment, type RedisTestEnvironment } from '../support/index.js';
import { interpreterOf, ProgramReader, type ClientProgram } from './program-reader.js';
import { expectedOn, publishSampleEvents, sampleEventsFor, type RecordedEvent } from './sample-events.js';
import { openReader, streams, type Reader, type Stream } from './streams.js';

interface Client extends ClientProgram {
  /** Whether the library has a method for the stream. */
  readonly reads: (stream: Stream) => boolean;
  /** Whether the library recognizes the event. */
  readonly knows: (event: string) => boolean;
  /** Events whose payload the library cannot parse: it reports an error and continues. */
  readonly unreadable: readonly string[];
  readonly argument: (stream: Stream, reader: Reader) => object;
}

const clients: readonly Client[] = [
  {
    library: 'Mastodon.py',
    interpreters: ['python3', '/usr/bin/python3'],
    probe: ['-c', 'import mastodon'],
    script: 'mastodon-py-reader.py',
    reads: ({ name }) => !/notification|remote|media/.test(name),
    knows: () => true,
    unreadable: [],
    argument: ({ title, name, tag }, { list }) => ({ title, name, tag, list }),
  },
  {
    library: 'Mastodon::Client (Perl)',
    interpreters: ['perl', '/usr/bin/perl'],
    probe: ['-MMastodon::Client', '-e', '1'],
    script: 'mastodon-client-reader.pl',
    reads: ({ name }) => ['user', 'public', 'public:local', 'direct', 'list'].includes(name),
    // Its pattern for event names has no dot.
    knows: (event) => !event.includes('.'),
    unreadable: ['notifications_merged'],
    argument: ({ title, name }, { list }) => ({
      title,
      path: name.replaceAll(':', '/') + (name === 'list' ? `?list=${list}` : ''),
    }),
  },
];

/** The event with what the scripts print of its payload: the id, the emoji of a reaction, or a bare payload. */
function summary({ event, payload }: RecordedEvent): RecordedEvent {
  const { id, name } = (typeof payload === 'object' ? payload : {}) as { readonly id?: string; readonly name?: string };
  const about = typeof payload === 'string' ? payload : event === 'announcement.reaction' ? name : id;
  return { event, ...(about === undefined ? {} : { payload: about }) };
}

describe.each(clients)('$library', (client) => {
  const { library, reads, knows, unreadable, argument } = client;
  const interpreter = interpreterOf(client);
  let environment: RedisTestEnvironment;
  let platform: HttpServer;
  let reader: Reader;
  let program: ProgramReader;
  let sampleEvents: ReturnType<typeof sampleEventsFor>;

  beforeAll(async () => {
    if (interpreter === undefined) {
      console.warn(`${library} is not installed: its tests are skipped`);
      return;
    }
    // Heartbeats come every 0.3 s, between the events.
    environment = await openTestEnvironment({ env: quickIntervals });
    const { token, ...names } = await openReader(environment.fixtures);
    reader = names;
    const { server, publisher } = environment;
    // Mastodon.py asks the platform where the streaming server is.
    platform = createServer((_request, response) => {
      const urls = { streaming_api: `ws://127.0.0.1:${server.port}` };
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ uri: 'social.example', version: '4.5.0', urls }));
    }).listen(0, '127.0.0.1');
    await once(platform, 'listening');
    const { port } = platform.address() as AddressInfo;
    const url = client.script.endsWith('.py') ? `http://127.0.0.1:${port}` : server.address;
    const readable = streams.filter(reads);
    program = new ProgramReader(interpreter, client, [
      url,
      token,
      JSON.stringify(readable.map((stream) => argument(stream, reader))),
    ]);
    for (const stream of readable) {
      await program.on(stream.title).untilSubscribed(publisher, stream.channels(reader)[0]);
    }
    sampleEvents = sampleEventsFor(reader);
    await publishSampleEvents(publisher, sampleEvents);
  });

  afterAll(async () => {
    if (interpreter !== undefined) {
      await program.close();
      platform.close();
      await environment.stop();
    }
  });

  it.skipIf(interpreter === undefined).each(streams.filter(reads))(
    'receives all of $title in order',
    async (stream) => {
      const expected = expectedOn(stream, reader, sampleEvents).filter(({ event }) => knows(event));
      expect(expected).not.toEqual([]);
      const recorded = await program
        .on(stream.title)
        .recordedBeforeFence(environment.publisher, stream.channels(reader)[0]);
      expect(recorded).toEqual(
        expected.map((one) => (unreadable.includes(one.event) ? { event: 'unreadable' } : summary(one))),
      );
    },
  );
});
