import { AsyncQueue } from './async-queue.js';

/** An event as a client sees it, whatever the transport. */
export interface ReceivedEvent {
  readonly event: string;
  /** The text of the payload; absent when a WebSocket frame has no such member. */
  readonly payload?: string;
  /** The labels of a WebSocket frame; absent on an event stream, which has only one. */
  readonly stream?: readonly string[];
  /** The bytes that brought it, as text: one WebSocket frame, or one block of lines with the empty line behind it. */
  readonly raw: string;
}

/** How a connection ended. */
export interface Ending {
  /** The close code of a WebSocket; on an event stream 1000 for a response that was ended, 1006 for a truncated one. */
  readonly code: number;
  readonly reason: string;
}

/** The server refused to open a stream. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly headers: Readonly<Record<string, string | string[] | undefined>>,
    readonly body: string,
  ) {
    super(`Refused with ${status}: ${body}`);
  }
}

/** Events with this name are signals of the tests themselves; clients here pass over them. */
export const probeEvent = 'fedistream.probe';

/** A client of one connection. It hides nothing of what arrives, and adds nothing. */
export abstract class StreamClient {
  readonly #events = new AsyncQueue<ReceivedEvent>();
  readonly #probes = new Set<string>();
  #finish: (ending: Ending) => void = () => undefined;

  /** Resolves when the connection has ended, on either side. */
  readonly ended: Promise<Ending> = new Promise((resolve) => {
    this.#finish = resolve;
  });

  /** All events so far, in the order of arrival. */
  get received(): readonly ReceivedEvent[] {
    return this.#events.all;
  }

  /** The next event. Fails when none arrives in time, or when the connection has ended before. */
  next(withinMs?: number): Promise<ReceivedEvent> {
    return this.#events.next(withinMs);
  }

  /** Takes events up to and including the first that matches; returns those before it. */
  async takeUntil(matches: (event: ReceivedEvent) => boolean): Promise<ReceivedEvent[]> {
    const before: ReceivedEvent[] = [];
    for (;;) {
      const event = await this.next();
      if (matches(event)) {
        return before;
      }
      before.push(event);
    }
  }

  /** Whether the probe with this payload has come through. */
  sawProbe(payload: string): boolean {
    return this.#probes.has(payload);
  }

  /** Leaves, and waits until the connection is closed on this side. */
  abstract close(): Promise<void>;

  protected receive(event: ReceivedEvent): void {
    if (event.event === probeEvent) {
      this.#probes.add(event.payload ?? '');
    } else {
      this.#events.add(event);
    }
  }

  protected end(ending: Ending): void {
    this.#events.end(`the connection ended with ${ending.code} ${ending.reason}`);
    this.#finish(ending);
  }
}
