import { type Channel, controlTarget } from '@fedistream/domain';
import { Injectable } from '@nestjs/common';
import type { Broker } from './broker.js';
import { BrokerServer } from './broker-server.js';

/** An in-memory broker, for a first start, demos and tests. It keeps the promises of {@link Broker}. */
@Injectable()
export class MemoryBroker extends BrokerServer implements Broker {
  readonly #subscribed = new Set<Channel>();
  readonly #started: Promise<void>;
  #markStarted: () => void = () => undefined;

  /** Called with every published message before it is dispatched, also without a subscription. For a history. */
  record: ((channel: Channel, message: Buffer) => void) | undefined;

  constructor() {
    super();
    this.#started = new Promise((resolve) => {
      this.#markStarted = resolve;
    });
  }

  get ready(): boolean {
    return this.hasListener;
  }

  /** How many channels are subscribed now. */
  get channelCount(): number {
    return this.#subscribed.size;
  }

  subscribe(channel: Channel): Promise<void> {
    this.#subscribed.add(channel);
    return this.#started;
  }

  unsubscribe(channel: Channel): void {
    this.#subscribed.delete(channel);
  }

  /** Publishes a message, with the same text as on Redis. It is lost if the channel is not subscribed. */
  publish(channel: Channel, message: string): void {
    const bytes = Buffer.from(message);
    this.record?.(channel, bytes);
    if (this.#subscribed.has(channel) || controlTarget(channel) !== undefined) {
      this.dispatch(channel, bytes);
    }
  }

  /** Called by Nest. Calls back with an error when no handler accepts messages. */
  listen(callback: (error?: unknown) => void): void {
    this.connectHandler().then(() => {
      this.#markStarted();
      callback();
    }, callback);
  }

  /** Called by Nest at shutdown. */
  close(): void {
    this.#subscribed.clear();
  }
}
