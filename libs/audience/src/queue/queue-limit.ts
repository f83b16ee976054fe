import type { AudienceSettings } from '../audience-settings.js';
import type { AudienceStatistics } from '../audience-statistics.js';

/** Keeps the number of events that wait in the whole process within its bound. */
export class QueueLimit {
  readonly #statistics: AudienceStatistics;
  readonly #seats: number;
  #taken = 0;

  constructor(settings: AudienceSettings, statistics: AudienceStatistics) {
    this.#statistics = statistics;
    this.#seats = settings.maxQueuedOverall;
  }

  /** @returns whether there was a seat; it is to be given back with {@link release} */
  acquire(): boolean {
    if (this.#taken >= this.#seats) {
      return false;
    }
    this.#statistics.waiting = ++this.#taken;
    return true;
  }

  release(): void {
    this.#statistics.waiting = --this.#taken;
  }
}
