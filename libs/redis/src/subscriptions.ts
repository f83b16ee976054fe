import { type Channel } from '@fedistream/domain';
import { BatchScheduler } from '@fedistream/util';

/** What {@link Subscriptions} asks of a connection. Redis carries commands out in the order in which they are sent. */
export interface SubscriptionCommands {
  /** Settles when the server has confirmed all of these channels; may hang for ever if the connection is lost. */
  subscribe(channels: readonly Channel[]): Promise<void>;
  unsubscribe(channels: readonly Channel[]): Promise<void>;
  /** The server refuses to subscribe this channel. */
  refused(channel: Channel, error: unknown): void;
}

/** Somebody waits for a channel to be confirmed. */
interface Waiting {
  readonly promise: Promise<void>;
  readonly settle: () => void;
}

const settled = Promise.resolve();

/**
 * Between commands, in milliseconds. Where clients come one after the other, one command serves several of them; who
 * comes alone does not wait.
 */
const betweenCommandsMs = 20;

/** At most this many channels in one command, so that Redis can serve others in between. */
const channelsPerCommand = 1_000;

/**
 * Which channels are wanted, and the conversation with the server until it has them.
 *
 * What is sent is always the present wish for each channel that has changed since the last time: thousands of calls
 * become a few commands, and because the server answers in order, the last call counts. The same command twice does no
 * harm, so nothing has to be remembered about what the server knows.
 */
export class Subscriptions {
  readonly #wanted = new Set<Channel>();
  readonly #changed = new Set<Channel>();
  readonly #waiting = new Map<Channel, Waiting>();
  /** Counts connections: an answer that comes in over an earlier one says nothing about this one. */
  #connection = 0;
  #connected = false;
  #complete = false;
  readonly #pace: BatchScheduler;

  readonly #send = (): void => {
    const come: Channel[] = [];
    const gone: Channel[] = [];
    for (const channel of this.#changed) {
      (this.#wanted.has(channel) ? come : gone).push(channel);
    }
    this.#changed.clear();
    if (!this.#connected) {
      return;
    }
    for (const some of inChunks(gone)) {
      // A channel that is not wanted any more does no harm: its messages find no listener.
      this.commands.unsubscribe(some).catch(() => undefined);
    }
    void this.#subscribeAll(come);
  };

  constructor(
    private readonly commands: SubscriptionCommands,
    restMs = betweenCommandsMs,
  ) {
    this.#pace = new BatchScheduler(() => restMs);
  }

  /** The wanted channels. */
  get channels(): ReadonlySet<Channel> {
    return this.#wanted;
  }

  /** Settles once the server has confirmed the channel, or the channel is no longer wanted. */
  add(channel: Channel): Promise<void> {
    let waiting = this.#waiting.get(channel);
    if (waiting === undefined) {
      if (this.#complete && this.#wanted.has(channel)) {
        return settled;
      }
      waiting = newWaiting();
      this.#waiting.set(channel, waiting);
      this.#wanted.add(channel);
      this.#change(channel);
    }
    return waiting.promise;
  }

  /** The channel is no longer wanted. */
  remove(channel: Channel): void {
    if (this.#wanted.delete(channel)) {
      this.#settle(channel);
      this.#change(channel);
    }
  }

  /**
   * A connection is there, and its server knows nothing yet.
   *
   * @returns whether all wanted channels were confirmed before the connection was lost again; may hang if it was
   */
  async connected(): Promise<boolean> {
    const connection = ++this.#connection;
    this.#connected = true;
    this.#changed.clear();
    await this.#subscribeAll([...this.#wanted]);
    if (connection !== this.#connection) {
      return false;
    }
    this.#complete = true;
    return true;
  }

  /** The connection is lost. */
  disconnected(): void {
    this.#connection++;
    this.#connected = false;
    this.#complete = false;
  }

  /** Nobody wants anything any more; whoever waits goes on. */
  close(): void {
    this.disconnected();
    this.#pace.cancel();
    this.#wanted.clear();
    for (const channel of [...this.#waiting.keys()]) {
      this.#settle(channel);
    }
  }

  #change(channel: Channel): void {
    if (this.#connected) {
      this.#changed.add(channel);
      this.#pace.schedule(this.#send);
    }
  }

  async #subscribeAll(channels: readonly Channel[]): Promise<void> {
    await Promise.all(inChunks(channels).map((some) => this.#subscribe(some)));
  }

  async #subscribe(channels: readonly Channel[]): Promise<void> {
    const connection = this.#connection;
    // By identity: a channel that is left and wanted again in the meantime has another entry, for another command.
    const waiting = channels.map((channel) => this.#waiting.get(channel));
    try {
      await this.commands.subscribe(channels);
    } catch (error) {
      if (connection === this.#connection) {
        await this.#isolate(channels, error);
      }
      return;
    }
    if (connection === this.#connection) {
      channels.forEach((channel, index) => {
        if (this.#waiting.get(channel) === waiting[index]) {
          this.#settle(channel);
        }
      });
    }
  }

  /** Redis refuses a whole command for one channel that its access rules forbid: halve until that one stands alone. */
  async #isolate(channels: readonly Channel[], error: unknown): Promise<void> {
    const wanted = channels.filter((channel) => this.#wanted.has(channel));
    if (wanted.length > 1) {
      const middle = Math.ceil(wanted.length / 2);
      await Promise.all([this.#subscribe(wanted.slice(0, middle)), this.#subscribe(wanted.slice(middle))]);
    } else if (wanted[0] !== undefined) {
      this.commands.refused(wanted[0], error);
    }
  }

  #settle(channel: Channel): void {
    this.#waiting.get(channel)?.settle();
    this.#waiting.delete(channel);
  }
}

function newWaiting(): Waiting {
  let settle: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { promise, settle };
}

function inChunks(channels: readonly Channel[]): (readonly Channel[])[] {
  const chunks: (readonly Channel[])[] = [];
  for (let from = 0; from < channels.length; from += channelsPerCommand) {
    chunks.push(channels.slice(from, from + channelsPerCommand));
  }
  return chunks;
}
