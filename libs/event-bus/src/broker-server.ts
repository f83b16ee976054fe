import { type Channel } from '@fedistream/domain';
import { LogThrottle } from '@fedistream/util';
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { type Observable, Subject } from 'rxjs';
import { type MessageContext, messagePattern } from './broker.js';

/**
 * What the transport strategies of all feeds have in common: the way into Nest's handler.
 *
 * Nest's own servers look the handler up for each message, which runs JSON.parse on the channel's name and catches the
 * exception: 11 µs. Here it happens once.
 */
export abstract class BrokerServer extends Server implements CustomTransportStrategy {
  readonly #failureLog = new LogThrottle();
  readonly #gaps = new Subject<void>();

  /** As {@link EventFeed.gaps}. */
  readonly gaps: Observable<void> = this.#gaps.asObservable();

  #handler: MessageHandler<string, MessageContext> | undefined;

  /** Whether there is somebody to hand messages to. */
  protected get hasHandler(): boolean {
    return this.#handler !== undefined;
  }

  /**
   * Looks the handler up. To be called when Nest starts the transport.
   *
   * @throws Error when no controller has registered for {@link messagePattern}
   */
  protected findHandler(): void {
    const handler = this.messageHandlers.get(messagePattern) as MessageHandler<string, MessageContext> | undefined;
    if (handler === undefined) {
      throw new Error(`Nobody handles '${messagePattern}': EventBusModule is not part of the application`);
    }
    this.#handler = handler;
  }

  /** Hands one message on. Messages are handled in the order of these calls; a failing handler is logged. */
  protected dispatch(channel: Channel, text: string): void {
    this.#handler?.(text, { channel }).catch((error: unknown) => {
      this.#failureLog.run(() => {
        this.logger.error(error);
      });
    });
  }

  /** To be called as {@link EventFeed.gaps} promises. */
  protected reportGap(): void {
    this.#gaps.next();
  }

  /** Part of Nest's interface for its own brokers; there is nothing to listen to here. */
  override on(): void {
    // Nothing: see above.
  }

  /** Part of Nest's interface for its own brokers: the client library stays behind the broker. */
  override unwrap(): never {
    throw new Error('A broker does not give its client away');
  }
}
