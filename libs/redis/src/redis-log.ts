import { errorReason, LogThrottle, Outage } from '@fedistream/util';
import { Logger } from '@nestjs/common';
import type { RedisStatistics } from './redis-statistics.js';

/**
 * What the Redis side says: troubles once in a while, however many there are. Only the text of an error is ever
 * logged: ioredis hangs the failed command with its arguments on it, the password of AUTH among them.
 */
export class RedisLog {
  readonly #logger = new Logger('Redis');
  readonly #troubles = new LogThrottle();
  readonly #outage = new Outage();

  constructor(private readonly statistics: RedisStatistics) {}

  /** There is no connection, and no attempt has succeeded yet. */
  unreachable(error: unknown): void {
    this.#trouble('Cannot reach Redis', error);
  }

  /** A command was refused or not answered in time. */
  commandFailed(what: string, error: unknown): void {
    this.statistics.commandsFailed++;
    this.#trouble(what, error);
  }

  /** The connection that messages come over has ended after it had worked. */
  lost(): void {
    this.statistics.connectionsLost++;
    this.#outage.begin();
    this.#logger.warn('Lost the connection to Redis; messages published until it is back are lost');
  }

  /** Messages arrive: for the first time or again. */
  connected(channelCount: number): void {
    const seconds = this.#outage.end();
    if (seconds === undefined) {
      this.#logger.log('Connected to Redis');
      return;
    }
    this.#logger.log(`Redis is back after ${seconds} s; ${channelCount} channels are followed again`);
  }

  #trouble(what: string, error: unknown): void {
    this.#troubles.run((suffix) => {
      this.#logger.error(`${what}: ${errorReason(error)}${suffix}`);
    });
  }
}
