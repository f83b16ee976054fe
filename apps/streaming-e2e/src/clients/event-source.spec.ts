import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openTestEnvironment, type RedisTestEnvironment } from '../support/index.js';
import { EventSourceReader, type TokenPlace } from './event-source-reader.js';
import { sampleEventsFor, expectedOn, publishSampleEvents, type RecordedEvent } from './sample-events.js';
import { openReader, streams, type Reader, type Stream } from './streams.js';

/** An event stream carries text: bare ids as they are, all else as JSON, and an event without payload as `{}`. */
function asTold({ event, payload }: RecordedEvent): RecordedEvent {
  return { event, payload: payload ?? {} };
}

function parsed({ event, payload }: RecordedEvent): RecordedEvent {
  const text = String(payload);
  return { event, payload: text.startsWith('{') ? (JSON.parse(text) as unknown) : text };
}

const places: readonly TokenPlace[] = ['url', 'header'];

describe('eventsource', () => {
  const readings = {
    url: new Map<Stream, EventSourceReader>(),
    header: new Map<Stream, EventSourceReader>(),
  };
  let environment: RedisTestEnvironment;
  let reader: Reader;
  let sampleEvents: ReturnType<typeof sampleEventsFor>;

  beforeAll(async () => {
    environment = await openTestEnvironment();
    const { token, ...names } = await openReader(environment.fixtures);
    reader = names;
    for (const place of places) {
      for (const stream of streams) {
        const reading = new EventSourceReader(environment.server, token, stream, reader, place);
        await reading.opened;
        readings[place].set(stream, reading);
      }
    }
    sampleEvents = sampleEventsFor(reader);
    await publishSampleEvents(environment.publisher, sampleEvents);
  });

  afterAll(async () => {
    for (const reading of [...readings.url.values(), ...readings.header.values()]) {
      reading.close();
    }
    await environment.stop();
  });

  describe.each(places)('with the token in the %s', (place) => {
    it.each(streams)('receives all of $title in order', async (stream) => {
      const expected = expectedOn(stream, reader, sampleEvents);
      expect(expected).not.toEqual([]);
      const recorded = await readings[place]
        .get(stream)!
        .recordedBeforeFence(environment.publisher, stream.channels(reader)[0]);
      expect(recorded.map(parsed)).toEqual(expected.map(asTold));
    });
  });
});
