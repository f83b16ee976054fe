import { setTimeout as delay } from 'node:timers/promises';

import { updateMessage, type StatusTemplate } from './status.js';
import { micros } from '../figures/clock.js';
import type { Channel } from '@fedistream/domain';
import type { Redis } from 'ioredis';

/** An event without its number and its time of publication. */
export interface PlannedEvent {
  readonly channel: Channel;
  readonly status: StatusTemplate;
}

/** How many events are published, and how fast. */
export interface Pace {
  readonly events: number;
  readonly perSecond: number;
  /** So many are published in one packet, so that a server reads them at once. */
  readonly burst: number;
}

/** Publishes numbered events on Redis at an even pace, as the platform's backend would. */
export class Publisher {
  /** The number of the next event, unique in a run. */
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
   * @param event makes the event with this index, from 0 on
   * @returns by how many ms the last events were late; more than a few mean that this process could not keep the rate
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
