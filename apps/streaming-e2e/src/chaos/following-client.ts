import { setTimeout as delay } from 'node:timers/promises';
import { authorization, EventStreamClient, WebSocketClient, type ReceivedEvent } from '../support/index.js';

/** What a client follows. */
export interface Followed {
  /** The URL of the stream, behind the balancer. */
  readonly url: URL;
  readonly token: string;
}

/** A connection of a following client. */
interface Session {
  readonly client: EventStreamClient | WebSocketClient;
  /** How often the server has said that something is missing: when the client resumed, or later. */
  gaps(): number;
  /** The last position that the server has told. */
  position(): string | undefined;
}

/** How a client follows a stream. */
export type Follow = (followed: Followed, since: string | undefined) => Promise<Session>;

/** As EventSource does it: `Last-Event-ID`. */
export const followEventStream: Follow = async ({ url, token }, since) => {
  const headers = { ...authorization({ token }), ...(since === undefined ? {} : { 'Last-Event-ID': since }) };
  const client = await EventStreamClient.open(url, headers);
  const answer = client.headers['stream-resumed'];
  return {
    client,
    gaps: () => Number(answer === 'false') + client.received.filter(({ event }) => event === 'stream.gap').length,
    position: () => [...client.bytes.toString().matchAll(/^id: (.+)$/gm)].at(-1)?.[1],
  };
};

/** As a client library does it that knows of `resume` and `since`. */
export const followWebSocket: Follow = async ({ url, token }, since) => {
  const resuming = new URL(url);
  resuming.protocol = 'ws';
  resuming.searchParams.set('access_token', token);
  resuming.searchParams.set('resume', '1');
  if (since !== undefined) {
    resuming.searchParams.set('since', since);
  }
  const client = await WebSocketClient.open(resuming);
  return {
    client,
    gaps: () =>
      client.received.filter(
        ({ event, payload = '{}' }) =>
          event === 'resumed' && !(JSON.parse(payload) as { readonly recovered: boolean }).recovered,
      ).length,
    position: () =>
      client.frames.reduce<string | undefined>(
        (last, frame) => (JSON.parse(frame) as { readonly id?: string }).id ?? last,
        undefined,
      ),
  };
};

const protocolEvents = new Set(['resumed', 'checkpoint', 'stream.gap', 'fence']);
const reconnectAfterMs = 150;

/** A client that reconnects whenever its connection ends, with its last position, until it is closed. */
export class FollowingClient {
  readonly #events: ReceivedEvent[] = [];
  #session: Session | undefined;
  #position: string | undefined;
  #closed = false;
  /** When it was last told that it missed events, on the clock of `performance.now()`. */
  #toldAtMs = -Infinity;
  /** How often it has connected. */
  connects = 0;
  readonly #running: Promise<void>;

  constructor(
    readonly name: string,
    follow: Follow,
    followed: Followed,
  ) {
    this.#running = this.#run(follow, followed);
  }

  /** All events, over all connections, in the order of arrival. */
  get events(): readonly ReceivedEvent[] {
    return [...this.#events, ...(this.#session === undefined ? [] : eventsOf(this.#session))];
  }

  /** When the client was last told that it missed events; `-Infinity` if never. */
  get toldAtMs(): number {
    return this.#toldAtMs;
  }

  /** Whether it is connected, and knows a position if the server tells any. */
  get isConnected(): boolean {
    return this.#session !== undefined;
  }

  /** Whether it has been told a position. */
  get knowsPosition(): boolean {
    return this.#session?.position() !== undefined;
  }

  /** Stops reading. */
  pause(): void {
    this.#session?.client.pause();
  }

  /** Continues after {@link pause}. */
  resume(): void {
    this.#session?.client.resume();
  }

  /** Leaves for good. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#session?.client.close();
    await this.#running;
  }

  async #run(follow: Follow, followed: Followed): Promise<void> {
    while (!this.#closed) {
      try {
        const session = await follow(followed, this.#position);
        this.#session = session;
        this.connects += 1;
        void this.#noteGaps(session);
        await session.client.ended;
        this.#endSession(session);
      } catch {
        // Refused, or not reachable: again, as every client does.
      }
      await delay(reconnectAfterMs);
    }
  }

  #endSession(session: Session): void {
    this.#events.push(...eventsOf(session));
    this.#position = session.position() ?? this.#position;
    this.#session = undefined;
  }

  /** Notes when the server says that something is missing, as long as the session lasts. */
  async #noteGaps(session: Session): Promise<void> {
    let known = 0;
    while (session === this.#session) {
      const gaps = session.gaps();
      if (gaps > known) {
        known = gaps;
        this.#toldAtMs = performance.now();
      }
      await delay(10);
    }
  }
}

function eventsOf({ client }: Session): ReceivedEvent[] {
  return client.received.filter(({ event }) => !protocolEvents.has(event));
}
