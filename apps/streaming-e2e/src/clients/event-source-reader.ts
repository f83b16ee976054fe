import { EventSource } from 'eventsource';

import { eventStreamUrl, type Server } from '../support/index.js';
import { EventRecorder } from './event-recorder.js';
import { eventNames } from './sample-events.js';
import { paramsOf, type Reader, type Stream } from './streams.js';

/** How an EventSource can send a token: browsers only in the URL; where `fetch` can be replaced, as a header, too. */
export type TokenPlace = 'url' | 'header';

/** The `eventsource` package on one stream, and every event that it dispatches. */
export class EventSourceReader extends EventRecorder {
  /** Settles when the stream is open. */
  readonly opened: Promise<void>;
  /** Resolves with the status of the refusal after which it stops reconnecting. */
  readonly refused: Promise<number | undefined>;
  readonly #source: EventSource;

  constructor(server: Server, token: string, stream: Stream, reader: Reader, place: TokenPlace = 'url') {
    super();
    const url = eventStreamUrl(server, { stream: stream.name, params: paramsOf(stream, reader) });
    if (place === 'url') {
      url.searchParams.set('access_token', token);
    }
    const source = new EventSource(url, {
      fetch: (input, init) =>
        fetch(input, {
          ...init,
          headers: { ...init.headers, ...(place === 'header' ? { Authorization: `Bearer ${token}` } : {}) },
        }),
    });
    this.#source = source;
    for (const name of eventNames) {
      source.addEventListener(name, ({ data }) => {
        this.record(name, data);
      });
    }
    this.opened = new Promise((resolve) => {
      source.addEventListener('open', () => {
        resolve();
      });
    });
    this.refused = new Promise((resolve) => {
      source.addEventListener('error', ({ code }) => {
        if (source.readyState === source.CLOSED) {
          resolve(code);
        }
      });
    });
  }

  /** Closes the stream. */
  close(): void {
    this.#source.close();
  }
}
