import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openWorld, type RedisWorld } from '../support/index.js';
import { EventSourceReader, type TokenPlace } from './event-source-reader.js';
import { newsFor, newsOn, publishNews, type Heard } from './news.js';
import { openReader, streams, type Reader, type Stream } from './streams.js';

/** An event stream carries text: bare ids as they are, all else as JSON, and an event without payload as `{}`. */
function asTold({ event, payload }: Heard): Heard {
  return { event, payload: payload ?? {} };
}

function parsed({ event, payload }: Heard): Heard {
  const text = String(payload);
  return { event, payload: text.startsWith('{') ? (JSON.parse(text) as unknown) : text };
}

const places: readonly TokenPlace[] = ['url', 'header'];

describe('eventsource', () => {
  const readings = {
    url: new Map<Stream, EventSourceReader>(),
    header: new Map<Stream, EventSourceReader>(),
  };
  let world: RedisWorld;
  let reader: Reader;
  let news: ReturnType<typeof newsFor>;

  beforeAll(async () => {
    world = await openWorld();
    const { token, ...names } = await openReader(world.fixtures);
    reader = names;
    for (const place of places) {
      for (const stream of streams) {
        const reading = new EventSourceReader(world.server, token, stream, reader, place);
        await reading.opened;
        readings[place].set(stream, reading);
      }
    }
    news = newsFor(reader);
    await publishNews(world.feed, news);
  });

  afterAll(async () => {
    for (const reading of [...readings.url.values(), ...readings.header.values()]) {
      reading.close();
    }
    await world.stop();
  });

  describe.each(places)('with the token in the %s', (place) => {
    it.each(streams)('hears all of $title in order', async (stream) => {
      const expected = newsOn(stream, reader, news);
      expect(expected).not.toEqual([]);
      const heard = await readings[place].get(stream)!.heardBeforeFence(world.feed, stream.channels(reader)[0]);
      expect(heard.map(parsed)).toEqual(expected.map(asTold));
    });
  });
});
