import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openTestEnvironment, type RedisTestEnvironment } from '../support/index.js';
import { isKnownToMegalodon, MegalodonReader } from './megalodon-reader.js';
import { sampleEventsFor, expectedOn, publishSampleEvents, type RecordedEvent } from './sample-events.js';
import { openReader, streams, type Reader, type Stream } from './streams.js';

/** Events that megalodon supports. */
const known = ['update', 'status.update', 'delete', 'notification', 'conversation'];

/** megalodon converts entities and omits members. Reduces both sides to the common members. */
interface Entity {
  readonly id: string;
  readonly type?: string;
  readonly created_at?: string;
  readonly content?: string;
  readonly language?: string;
  readonly unread?: boolean;
  readonly account?: { readonly acct: string };
  readonly tags?: readonly { readonly name: string }[];
  readonly media_attachments?: readonly { readonly description: string }[];
  readonly status?: Entity;
  readonly last_status?: Entity;
}

function essence({ event, payload }: RecordedEvent): unknown {
  return { event, payload: typeof payload === 'object' ? essenceOf(payload as Entity) : payload };
}

function essenceOf(entity: Entity): unknown {
  const { id, type, created_at, content, language, unread, account, tags, media_attachments } = entity;
  const inside = entity.status ?? entity.last_status;
  return {
    ...{ id, type, created_at, content, language, unread, acct: account?.acct },
    tags: tags?.map(({ name }) => name),
    pictures: media_attachments?.map(({ description }) => description),
    inside: inside && essenceOf(inside),
  };
}

describe('megalodon', () => {
  const readings = new Map<Stream, MegalodonReader>();
  const readable = streams.filter(isKnownToMegalodon);
  let environment: RedisTestEnvironment;
  let reader: Reader;
  let sampleEvents: ReturnType<typeof sampleEventsFor>;

  beforeAll(async () => {
    environment = await openTestEnvironment();
    const { token, ...names } = await openReader(environment.fixtures);
    reader = names;
    const connected: Promise<void>[] = [];
    for (const stream of readable) {
      const reading = new MegalodonReader(environment.server.url('/', 'ws').origin, token, stream, reader);
      connected.push(reading.told('connect'));
      readings.set(stream, reading);
    }
    await Promise.all(connected);
    sampleEvents = sampleEventsFor(reader);
    await publishSampleEvents(environment.publisher, sampleEvents);
  });

  afterAll(async () => {
    for (const reading of readings.values()) {
      reading.close();
    }
    await environment.stop();
  });

  it.each(readable)('receives all of $title in order, and ignores unknown events', async (stream) => {
    const expected = expectedOn(stream, reader, sampleEvents).map((told) =>
      known.includes(told.event) ? told : { event: 'unreadable' },
    );
    expect(expected).not.toEqual([]);
    const recorded = await readings.get(stream)!.recordedBeforeFence(environment.publisher, stream.channels(reader)[0]);
    expect(recorded.map(essence)).toEqual(expected.map(essence));
  });
});
