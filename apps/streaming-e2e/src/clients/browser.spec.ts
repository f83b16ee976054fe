import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  eventStreamUrl,
  openTestEnvironment,
  publishEvent,
  streamingPath,
  until,
  type RedisTestEnvironment,
} from '../support/index.js';
import { Browser, chromium, hasChromium } from './browser.js';
import { eventNames, sampleEventsFor, expectedOn, publishSampleEvents, type RecordedEvent } from './sample-events.js';
import { openReader, paramsOf, streams, streamTitled, type Reader } from './streams.js';

/** A browser opens six connections to one server, and no more; WebSockets do not count. */
const onEventSources = ['user', 'public', 'hashtag Καφές', 'list', 'direct'].map(streamTitled);

/** Payloads are text in a browser: bare ids as they are, all else as JSON. */
function parsed({ event, payload }: RecordedEvent): RecordedEvent {
  const isObject = typeof payload === 'string' && payload.startsWith('{');
  return {
    event,
    ...(payload === undefined ? {} : { payload: isObject ? (JSON.parse(payload) as unknown) : payload }),
  };
}

describe.skipIf(!hasChromium)(
  `Chromium${hasChromium ? '' : ` (skipped: there is no ${chromium} on this machine)`}`,
  () => {
    let environment: RedisTestEnvironment;
    let browser: Browser;
    let reader: Reader;
    let token: string;
    let tokenId: string;
    let sampleEvents: ReturnType<typeof sampleEventsFor>;

    beforeAll(async () => {
      environment = await openTestEnvironment();
      ({ token, tokenId, ...reader } = await openReader(environment.fixtures));
      browser = await Browser.open({
        events: eventNames,
        eventSources: onEventSources.map((stream) => {
          const url = eventStreamUrl(environment.server, { stream: stream.name, params: paramsOf(stream, reader) });
          url.searchParams.set('access_token', token);
          return { id: `EventSource ${stream.title}`, url: url.href };
        }),
        webSockets: [
          {
            // As Mastodon's own web interface does it: with the slash, and the token as subprotocol.
            url: environment.server.url(`${streamingPath}/`, 'ws').href,
            protocols: [token],
            messages: streams.map((stream) =>
              JSON.stringify({ type: 'subscribe', stream: stream.name, ...paramsOf(stream, reader) }),
            ),
            ids: Object.fromEntries(
              streams.map((stream) => [
                [stream.name, ...Object.values(paramsOf(stream, reader))].join(' '),
                `WebSocket ${stream.title}`,
              ]),
            ),
          },
          {
            url: environment.server.url(`${streamingPath}?stream=user&access_token=${token}`, 'ws').href,
            protocols: [],
            messages: [],
            ids: { user: 'single WebSocket' },
          },
        ],
        fetches: [
          { id: 'fetch', url: eventStreamUrl(environment.server, { stream: 'user:notification' }).href, token },
        ],
      });
      for (const stream of streams) {
        for (const channel of stream.channels(reader)) {
          await browser.reading(`WebSocket ${stream.title}`).untilSubscribed(environment.publisher, channel);
        }
      }
      sampleEvents = sampleEventsFor(reader);
      await publishSampleEvents(environment.publisher, sampleEvents);
    });

    afterAll(async () => {
      await browser.close();
      await environment.stop();
    });

    it.each(streams)('receives all of $title in order, over one WebSocket with all streams', async (stream) => {
      const recorded = await browser
        .reading(`WebSocket ${stream.title}`)
        .recordedBeforeFence(environment.publisher, stream.channels(reader)[0]);
      expect(recorded.map(parsed)).toEqual(expectedOn(stream, reader, sampleEvents));
    });

    it('receives all of user in order, over its own WebSocket, with the token in the URL', async () => {
      const stream = streamTitled('user');
      const recorded = await browser
        .reading('single WebSocket')
        .recordedBeforeFence(environment.publisher, stream.channels(reader)[0]);
      expect(recorded.map(parsed)).toEqual(expectedOn(stream, reader, sampleEvents));
    });

    it.each(onEventSources)('receives all of $title in order, over an EventSource', async (stream) => {
      const recorded = await browser
        .reading(`EventSource ${stream.title}`)
        .recordedBeforeFence(environment.publisher, stream.channels(reader)[0]);
      expect(recorded.map(parsed)).toEqual(
        expectedOn(stream, reader, sampleEvents).map(({ event, payload }) => ({ event, payload: payload ?? {} })),
      );
    });

    it('may read the event stream of another origin with the token in a header', async () => {
      const stream = streamTitled('user:notification');
      const recorded = await browser
        .reading('fetch')
        .recordedBeforeFence(environment.publisher, stream.channels(reader)[0]);
      expect(recorded.map(parsed)).toEqual(expectedOn(stream, reader, sampleEvents));
    });

    it('is disconnected from every stream when the token is revoked, and stops reconnecting', async () => {
      await environment.fixtures.sql('UPDATE oauth_access_tokens SET revoked_at = now() WHERE id = $1', [tokenId]);
      await publishEvent(environment.publisher, `timeline:access_token:${tokenId}`, 'kill');
      for (const id of ['WebSocket user', 'single WebSocket', 'fetch']) {
        await until(`${id} is closed`, () => browser.reading(id).closedWith !== undefined);
        expect(browser.reading(id).closedWith).toBe(1000);
      }
      for (const stream of onEventSources) {
        await until('the EventSource has given up', () => browser.reading(`EventSource ${stream.title}`).refused);
      }
      await environment.publisher.subscribers(`timeline:${reader.account}`, 0);
    });
  },
);
