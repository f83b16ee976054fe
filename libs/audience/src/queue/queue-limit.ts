import type { StreamEvent } from '@fedistream/domain';
import type { AudienceSettings } from '../audience-settings.js';
import type { AudienceStatistics } from '../audience-statistics.js';

/** The share of the limit that a waiting event takes. */
export interface QueuedSize {
  /** Whether the event may take back an earlier one. */
  readonly isRetraction: boolean;
  /** The length of its text in bytes; the parsed payload takes several times as much memory. */
  readonly bytes: number;
}

interface Usage {
  readonly maxBytes: number;
  entries: number;
  bytes: number;
}

/**
 * Bounds the events that wait in the whole process, in number and in size. Statuses and retractions have a limit each:
 * statuses that wait on one stream must not cost another stream its deletions.
 */
export class QueueLimit {
  readonly #statistics: AudienceStatistics;
  readonly #maxEntries: number;
  readonly #statuses: Usage;
  readonly #retractions: Usage;

  constructor(settings: AudienceSettings, statistics: AudienceStatistics) {
    this.#statistics = statistics;
    this.#maxEntries = settings.maxQueuedOverall;
    this.#statuses = { maxBytes: settings.maxQueuedBytes, entries: 0, bytes: 0 };
    this.#retractions = { maxBytes: settings.maxQueuedRetractionBytes, entries: 0, bytes: 0 };
  }

  /** @returns whether the event fits; if so, callers MUST call {@link release} with the same size later */
  acquire(size: QueuedSize): boolean {
    const usage = this.#usageOf(size);
    if (usage.entries >= this.#maxEntries || usage.bytes + size.bytes > usage.maxBytes) {
      return false;
    }
    this.#add(usage, 1, size.bytes);
    return true;
  }

  release(size: QueuedSize): void {
    this.#add(this.#usageOf(size), -1, -size.bytes);
  }

  #usageOf({ isRetraction }: QueuedSize): Usage {
    return isRetraction ? this.#retractions : this.#statuses;
  }

  #add(usage: Usage, entries: number, bytes: number): void {
    usage.entries += entries;
    usage.bytes += bytes;
    this.#statistics.waiting = this.#statuses.entries + this.#retractions.entries;
    this.#statistics.waitingBytes = this.#statuses.bytes + this.#retractions.bytes;
  }
}

/** The size of an event's text: in bytes if it came encoded, otherwise in UTF-16 code units. It does not decode. */
export function sizeOf(event: StreamEvent): number {
  return event.bytes?.length ?? event.text?.length ?? 0;
}
