import { type Channel, controlTarget } from '@fedistream/domain';
import { Injectable } from '@nestjs/common';
import type { Broker } from './broker.js';
import { BrokerServer } from './broker-server.js';

/**
 * The broker without a broker, for a first start, demos and tests: what is published here in the process arrives here.
 * It keeps the same promises as the real one.
 */
@Injectable()
export class MemoryBroker extends BrokerServer implements Broker {
  readonly #followed = new Set<Channel>();
  readonly #started: Promise<void>;
  #markStarted: () => void = () => undefined;

  /** Receives every published message before it is handed on, also on channels without subscribers. For a history. */
  record: ((channel: Channel, text: string) => void) | undefined;

  constructor() {
    super();
    this.#started = new Promise((resolve) => {
      this.#markStarted = resolve;
    });
  }

  get ready(): boolean {
    return this.hasHandler;
  }

  /** How many channels are followed now. */
  get channelCount(): number {
    return this.#followed.size;
  }

  subscribe(channel: Channel): Promise<void> {
    this.#followed.add(channel);
    return this.#started;
  }

  unsubscribe(channel: Channel): void {
    this.#followed.delete(channel);
  }

  /** Publishes a message as it would stand on Redis. Nobody follows the channel: it is gone. */
  publish(channel: Channel, text: string): void {
    this.record?.(channel, text);
    if (this.#followed.has(channel) || controlTarget(channel) !== undefined) {
      this.dispatch(channel, text);
    }
  }

  listen(callback: () => void): void {
    this.findHandler();
    this.#markStarted();
    callback();
  }

  close(): void {
    this.#followed.clear();
  }
}
