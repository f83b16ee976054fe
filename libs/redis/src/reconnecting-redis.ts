import { Redis, ReplyError } from 'ioredis';
import { reconnectDelay } from './reconnect-delay.js';

/**
 * A client that ends only when it is told to.
 *
 * `retryStrategy` is asked when a connection closes. An attempt that fails before there is a connection ends the client
 * of ioredis for good. That happens when Sentinels announce a new master just while one of them is asked for it: the
 * announcement is to end the connection to the old master, and ends the attempt instead.
 */
export class ReconnectingRedis extends Redis {
  #told = false;
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;

  /** Rejects when this attempt fails, and tries again nevertheless. ioredis calls it for its own attempts, too. */
  override async connect(): Promise<void> {
    try {
      await super.connect();
      this.#failures = 0;
    } catch (error) {
      if (this.status === 'end' && !this.#told) {
        this.#retry = setTimeout(() => {
          this.connect().catch(() => undefined); // The reason comes as an `error` event.
        }, reconnectDelay(++this.#failures));
      }
      throw error;
    }
  }

  /**
   * Part of a connection's beginning. ioredis goes on in database 0 when there is none of this number, or no right to it;
   * here the connection ends and is tried again, as after a wrong password: the reason comes as an `error` event.
   */
  override async select(database: number | string): Promise<'OK'> {
    try {
      return await super.select(database);
    } catch (error) {
      if (!(error instanceof ReplyError)) {
        throw error;
      }
      this.emit('error', error);
      this.disconnect(true);
      // Whoever waits for this waits to say that the connection is ready.
      return new Promise(() => undefined);
    }
  }

  /** Ends the client, unless it is to `reconnect`, which is what ioredis itself asks for. */
  override disconnect(reconnect = false): void {
    if (!reconnect) {
      this.#told = true;
      clearTimeout(this.#retry);
    }
    super.disconnect(reconnect);
  }
}
