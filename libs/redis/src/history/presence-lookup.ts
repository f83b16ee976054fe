import { presenceKey, type Channel } from '@fedistream/domain';
import { isPublicChannel } from '@fedistream/history';
import type { Redis } from 'ioredis';

/** For how long an answer holds. A key lives for 18 minutes, so a client is seldom missed; then its resume says so. */
const trustedMs = 60_000;
const remembered = 100_000;

/** Tells whether a client is on a channel, or has been a few minutes ago: only then it is recorded. */
export class PresenceLookup {
  readonly #present = new Map<Channel, number>();

  /** @param client of the Redis on which the platform publishes */
  constructor(
    private readonly client: Redis,
    private readonly prefix: string,
  ) {}

  /** Which of these channels are to be recorded: those with a client, and all public ones. Rejects when Redis fails. */
  async recordable(channels: Iterable<Channel>): Promise<(channel: Channel) => boolean> {
    const now = performance.now();
    const unknown = [...new Set(channels)].filter(
      (channel) => !isPublicChannel(channel) && (this.#present.get(channel) ?? 0) < now,
    );
    const absent = new Set<Channel>();
    if (unknown.length > 0) {
      const pipeline = this.client.pipeline();
      for (const channel of unknown) {
        pipeline.exists(this.prefix + presenceKey(channel));
      }
      const answers = (await pipeline.exec()) ?? [];
      unknown.forEach((channel, index) => {
        const [error, exists] = answers[index] ?? [];
        if (error) {
          throw error;
        }
        if (exists === 1) {
          this.#remember(channel, now + trustedMs);
        } else {
          absent.add(channel);
        }
      });
    }
    return (channel) => !absent.has(channel);
  }

  #remember(channel: Channel, untilMs: number): void {
    if (this.#present.size >= remembered) {
      this.#present.clear();
    }
    this.#present.set(channel, untilMs);
  }
}
