import { setTimeout as delay } from 'node:timers/promises';

import { updateMessage, type StatusTemplate } from './status.js';
import { micros } from '../figures/clock.js';
import type { Channel } from '@fedistream/domain';
import type { Redis } from 'ioredis';

/** What is published next, before it gets its number and its time. */
export interface PlannedEvent {
  readonly channel: Channel;
  readonly status: StatusTemplate;
}

/** How fast and how many. */
export interface Pace {
  readonly events: number;
  readonly perSecond: number;
  /** So many leave in one packet, and are one read for a server. */
  readonly burst: number;
}

/** Publishes numbered events on Redis at an even pace, as the platform's backend would. */
export class Publisher {
  /** The number of the next event: no two events of a run have the same. */
  next = 0;
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor(redis: Redis, namespace: string | undefined) {
    this.#redis = redis;
    this.#prefix = namespace === undefined ? '' : `${namespace}:`;
  }

  /**
   * Publishes events, resolves when Redis has taken them all.
   *
   * @param event what the event with this index (from 0) of this call is
   * @returns by how many milliseconds the last ones were late: more than a few, and this process could not keep the pace
   */
  async publish({ events, perSecond, burst }: Pace, event: (index: number) => PlannedEvent): Promise<number> {
    const sent: Promise<unknown>[] = [];
    const began = performance.now();
    let lateMs = 0;
    for (let done = 0; done < events;) {
      const dueInMs = began + (done * 1_000) / perSecond - performance.now();
      if (dueInMs > 0) {
        await delay(dueInMs);
        continue;
      }
      lateMs = -dueInMs;
      const pipeline = this.#redis.pipeline();
      for (const end = Math.min(done + burst, events); done < end; done++) {
        const { channel, status } = event(done);
        pipeline.publish(this.#prefix + channel, updateMessage(status, this.next++, micros()));
      }
      sent.push(pipeline.exec());
    }
    await Promise.all(sent);
    return lateMs;
  }
}
