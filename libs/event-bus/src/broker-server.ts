import { type Channel } from '@fedistream/domain';
import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import { type Observable, Subject } from 'rxjs';
import { type MessageListener, type MessageSource, messagesPattern } from './broker.js';

/**
 * The base class of brokers: a Nest transport strategy.
 *
 * Nest's own servers run each message through its pipeline of pipes, guards and interceptors, and look the handler up by
 * parsing the channel's name as JSON: 15 µs a message. Here the pipeline runs once, when the transport starts.
 */
export abstract class BrokerServer extends Server implements CustomTransportStrategy {
  readonly #gaps = new Subject<void>();

  /** As {@link Broker.gaps}. */
  readonly gaps: Observable<void> = this.#gaps.asObservable();

  #listener: MessageListener | undefined;

  /** Whether messages have a listener. */
  protected get hasListener(): boolean {
    return this.#listener !== undefined;
  }

  /**
   * Hands the messages to Nest's handler of {@link messagesPattern}. Transports MUST await it before they connect.
   *
   * @throws Error when no controller handles the pattern, or the handler has not set a listener
   */
  protected async connectHandler(): Promise<void> {
    const handler = this.messageHandlers.get(messagesPattern);
    if (handler === undefined) {
      throw new Error(`No controller handles '${messagesPattern}': import EventBusModule into the application`);
    }
    const source: MessageSource = {
      setListener: (listener) => {
        this.#listener = listener;
      },
    };
    await handler(source);
    if (!this.hasListener) {
      throw new Error(`The handler of '${messagesPattern}' has set no listener`);
    }
  }

  /** Passes one message to the listener. */
  protected dispatch(channel: Channel, message: Buffer): void {
    this.#listener?.(channel, message);
  }

  /** Emits {@link gaps}. */
  protected reportGap(): void {
    this.#gaps.next();
  }

  /** Required by Nest for its own transports, which emit events; brokers emit none. */
  override on(): void {
    // Brokers emit no events.
  }

  /** Required by Nest for its own transports: the client library stays behind the broker. */
  override unwrap(): never {
    throw new Error('A broker does not expose its client');
  }
}
