import { errorReason, firstCause, KeyedLogThrottle, Outage } from '@fedistream/util';
import { Logger } from '@nestjs/common';
import type { ReconnectingRedis } from './reconnecting-redis.js';
import type { RedisStatistics } from './redis-statistics.js';

/** How often a lasting cause is logged, in ms. */
const repeatMs = 60_000;

/**
 * The log lines about Redis: one per cause, repeated each minute while it lasts. Only the text of an error is logged:
 * ioredis attaches the failed command with its arguments to an error, the password of AUTH among them.
 */
export class RedisLog {
  readonly #logger = new Logger('Redis');
  readonly #causes = new KeyedLogThrottle(repeatMs);
  readonly #outage = new Outage();

  constructor(private readonly statistics: RedisStatistics) {}

  /** Logs why attempts of this client to connect fail. */
  watch(client: ReconnectingRedis): void {
    let cause: unknown;
    client.on('error', (error) => {
      cause = error;
      if (error.message.startsWith('All sentinels are unreachable')) {
        this.#unreachable(client, error, undefined); // The client tries them again by itself, without `reconnecting`.
        cause = undefined;
      }
    });
    client.on('reconnecting', (delayMs: number) => {
      const reason = client.refusal ?? cause;
      cause = undefined;
      if (reason !== undefined) {
        this.#unreachable(client, reason, delayMs);
      }
    });
  }

  /** Logs a command that was refused or not answered in time. @param consequence tells the operator what follows */
  commandFailed(what: string, error: unknown, consequence: string): void {
    this.statistics.commandsFailed++;
    const reason = reasonOf(error);
    this.#causes.run(`${what} ${reason}`, (suffix) => {
      this.#logger.error(`${what} (${reason}); ${consequence}${suffix}`);
    });
  }

  /** Logs that the connection of the subscriptions has ended after it had worked. */
  lost({ target }: ReconnectingRedis): void {
    this.statistics.connectionsLost++;
    this.#outage.begin();
    this.#logger.warn(`Lost the connection to Redis at ${target}; messages are lost until it is back`);
  }

  /** Logs that all channels are subscribed, for the first time or again. */
  subscribed({ target }: ReconnectingRedis, channelCount: number): void {
    const seconds = this.#outage.end();
    this.#logger.log(
      seconds === undefined
        ? `Connected to Redis at ${target}`
        : `Redis at ${target} is back after ${seconds} s; ${channelCount} channels are subscribed again`,
    );
  }

  /** Logs that presence keys cannot be written. */
  presenceFailed(error: unknown): void {
    this.statistics.presenceFailing = true;
    this.commandFailed('Cannot write presence keys', error, 'new clients are refused until it succeeds');
  }

  /** Logs that presence keys are written again after they could not be. */
  presenceWritten(): void {
    if (this.statistics.presenceFailing) {
      this.statistics.presenceFailing = false;
      this.#logger.log('Presence keys are written again');
    }
  }

  #unreachable({ target }: ReconnectingRedis, error: unknown, delayMs: number | undefined): void {
    const reason = reasonOf(error);
    const retry = delayMs === undefined ? 'retrying' : `retrying in ${Math.ceil(delayMs / 100) / 10} s`;
    this.#causes.run(`${target} ${reason}`, (suffix) => {
      this.#logger.error(`Redis unreachable at ${target} (${reason}); ${retry}${suffix}`);
    });
  }
}

/** The code of a system error, such as ECONNREFUSED; the text of any other. */
function reasonOf(error: unknown): string {
  const cause = firstCause(error);
  const { code, syscall } = (cause ?? {}) as NodeJS.ErrnoException;
  if (code !== undefined && syscall !== undefined) {
    return code;
  }
  // The message contains a random pause, which would make each one a new cause.
  return errorReason(cause).replace(
    /^All sentinels are unreachable\..*?(?: Last error: (.*))?$/s,
    (_, last?: string) => (last === undefined ? 'no Sentinel answers' : `no Sentinel answers: ${last}`),
  );
}
