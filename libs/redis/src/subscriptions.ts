import { type Channel } from '@fedistream/domain';
import { BatchScheduler } from '@fedistream/util';
import { newPending, type Pending } from './pending.js';

/** The commands of {@link Subscriptions}. Redis executes them in the order in which they are sent. */
export interface SubscriptionCommands {
  /** Settles when the server has confirmed all of these channels; never settles if the connection is lost. */
  subscribe(channels: readonly Channel[]): Promise<void>;
  unsubscribe(channels: readonly Channel[]): Promise<void>;
  /** Called when the server refuses to subscribe this channel. */
  refused(channel: Channel, error: unknown): void;
}

const confirmed = Promise.resolve();

/** The pause between commands: when clients connect one after the other, one command serves several of them. */
const pauseMs = 20;

/** At most this many channels in one command: Redis serves other connections in between. */
const channelsPerCommand = 1_000;

/**
 * The wanted channels, and the commands that bring the server to the same state.
 *
 * For each channel that has changed since the last command, its present state is sent. So thousands of calls become a few
 * commands, and the last call counts, because the server executes commands in order. A command may be sent twice without
 * harm, so the state of the server is not tracked.
 */
export class Subscriptions {
  readonly #wanted = new Set<Channel>();
  readonly #changed = new Set<Channel>();
  readonly #pending = new Map<Channel, Pending>();
  /** Changes with each connection: an answer over an earlier connection says nothing about this one. */
  #connection = 0;
  #connected = false;
  #complete = false;
  readonly #scheduler: BatchScheduler;

  readonly #send = (): void => {
    const added: Channel[] = [];
    const removed: Channel[] = [];
    for (const channel of this.#changed) {
      (this.#wanted.has(channel) ? added : removed).push(channel);
    }
    this.#changed.clear();
    if (!this.#connected) {
      return;
    }
    for (const some of inChunks(removed)) {
      // A channel that stays subscribed does no harm: its messages find no listener.
      this.commands.unsubscribe(some).catch(() => undefined);
    }
    void this.#subscribeAll(added);
  };

  constructor(
    private readonly commands: SubscriptionCommands,
    betweenCommandsMs = pauseMs,
  ) {
    this.#scheduler = new BatchScheduler(() => betweenCommandsMs);
  }

  /** The wanted channels. */
  get channels(): ReadonlySet<Channel> {
    return this.#wanted;
  }

  /** Settles once the server has confirmed the channel, or the channel is no longer wanted. */
  add(channel: Channel): Promise<void> {
    let pending = this.#pending.get(channel);
    if (pending === undefined) {
      if (this.#complete && this.#wanted.has(channel)) {
        return confirmed;
      }
      pending = newPending();
      this.#pending.set(channel, pending);
      this.#wanted.add(channel);
      this.#change(channel);
    }
    return pending.promise;
  }

  /** Removes a channel. */
  remove(channel: Channel): void {
    if (this.#wanted.delete(channel)) {
      this.#settle(channel);
      this.#change(channel);
    }
  }

  /**
   * Call it when there is a new connection: subscribes to all wanted channels.
   *
   * @returns whether all were confirmed before the connection was lost again; may never settle if it was
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

  /** Call it when the connection is lost. */
  disconnected(): void {
    this.#connection++;
    this.#connected = false;
    this.#complete = false;
  }

  /** Removes all channels. Callers that wait for one continue. */
  close(): void {
    this.disconnected();
    this.#scheduler.cancel();
    this.#wanted.clear();
    for (const channel of [...this.#pending.keys()]) {
      this.#settle(channel);
    }
  }

  #change(channel: Channel): void {
    if (this.#connected) {
      this.#changed.add(channel);
      this.#scheduler.schedule(this.#send);
    }
  }

  async #subscribeAll(channels: readonly Channel[]): Promise<void> {
    await Promise.all(inChunks(channels).map((some) => this.#subscribe(some)));
  }

  async #subscribe(channels: readonly Channel[]): Promise<void> {
    const connection = this.#connection;
    // By identity: a channel that was removed and added again has another entry, which another command confirms.
    const pending = channels.map((channel) => this.#pending.get(channel));
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
        if (this.#pending.get(channel) === pending[index]) {
          this.#settle(channel);
        }
      });
    }
  }

  /** Redis refuses a whole command for one channel that its ACL rules forbid: halve until that channel stands alone. */
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
    this.#pending.get(channel)?.settle();
    this.#pending.delete(channel);
  }
}

function inChunks(channels: readonly Channel[]): (readonly Channel[])[] {
  const chunks: (readonly Channel[])[] = [];
  for (let from = 0; from < channels.length; from += channelsPerCommand) {
    chunks.push(channels.slice(from, from + channelsPerCommand));
  }
  return chunks;
}
