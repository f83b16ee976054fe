import type { Selection } from '@fedistream/domain';
import { backoff } from '@fedistream/util';
import type { Subscriber } from 'rxjs';
import type { FilterCache, FilterLoad } from '../filters/filter-cache.js';
import { FilteredCopies } from '../filters/filtered-copies.js';
import type { QueueContext } from '../queue/decision.js';
import { sizeOf } from '../queue/queue-limit.js';
import type { DecidedEvent } from './decided-event.js';
import type { EvaluatedStream } from './evaluated-stream.js';
import { subsetOf, type HeldEvent } from './held-event.js';
import { toSelection } from './to-selection.js';

/**
 * Turns decided events into selections with each viewer's filter results. No viewer waits for the filters of another: the
 * stage emits an event at once for the viewers whose filters are loaded, and holds it for the others. Each viewer receives
 * events in order: while one event is held for a viewer, later events are held for that viewer, too.
 *
 * Held events count towards the limit of the queues. An event that exceeds the limit, or that is held for longer than
 * `maxWaitMs`, is dropped for the viewers that wait for it. No event is emitted unfiltered.
 */
export class FilterStage {
  #held: HeldEvent[] = [];
  /** The viewers for whom at least one event is held. */
  #behind = new Set<string>();
  /** The loads whose end this stage already waits for. */
  readonly #followed = new Set<FilterLoad>();
  /** The viewers whose filters could not be loaded, until the next attempt. */
  readonly #unavailable = new Set<string>();
  readonly #outbox: Selection[] = [];
  #emitting = false;
  #ended = false;
  #closed = false;
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;
  #expiry: NodeJS.Timeout | undefined;

  constructor(
    private readonly out: Subscriber<Selection>,
    private readonly stream: EvaluatedStream,
    private readonly filters: FilterCache,
    private readonly context: QueueContext,
  ) {}

  push(decided: DecidedEvent): void {
    const { event, viewers, hiddenFrom, subjects } = decided;
    const copies = new FilteredCopies(event, subjects);
    const missing = viewers !== undefined && subjects.length > 0 ? this.filters.missing(viewers) : [];
    const waiting = new Set([...missing, ...this.#behind].filter((id) => viewers?.has(id) !== false));
    for (const accountId of hiddenFrom) {
      waiting.delete(accountId);
    }
    // Viewers that have left may still be among those that wait or do not receive it: numbers prove nothing.
    const { accountIds } = viewers ?? this.stream.viewers();
    if (accountIds.some((accountId) => !waiting.has(accountId) && !hiddenFrom.has(accountId))) {
      this.#outbox.push(toSelection(decided, copies, this.filters, viewers, waiting));
    }
    if (waiting.size > 0) {
      this.#hold(decided, copies, waiting);
      this.#load();
    }
    this.#emit();
  }

  /** Declares that no more events follow: the output completes after the last held event. */
  end(): void {
    this.#ended = true;
    this.#emit();
  }

  /** Cancels everything that is held. */
  close(): void {
    this.#closed = true;
    this.#stopRetrying();
    clearTimeout(this.#expiry);
    for (const { size } of this.#held) {
      this.context.limit.release(size);
    }
    this.#held = [];
    this.#behind.clear();
    this.#outbox.length = 0;
  }

  #hold(decided: DecidedEvent, copies: FilteredCopies, waiting: Set<string>): void {
    const { settings, statistics, limit } = this.context;
    const size = { isRetraction: decided.subjects.length === 0, bytes: sizeOf(decided.event) };
    const queued = this.#held.filter((held) => held.size.isRetraction === size.isRetraction).length;
    if (queued >= settings.maxQueued || !limit.acquire(size)) {
      statistics.droppedForViewer += waiting.size;
      this.stream.undecided?.(waiting);
      return;
    }
    this.#held.push({ decided, copies, waiting, size, dueMs: performance.now() + settings.maxWaitMs });
    waiting.forEach((accountId) => this.#behind.add(accountId));
    this.#expiry ??= setTimeout(this.#expire, settings.maxWaitMs);
  }

  /** Loads the filters that viewers wait for. Each load releases its own viewers when it ends. */
  #load(): void {
    const missing = [...this.#behind].filter((id) => !this.filters.has(id) && !this.#unavailable.has(id));
    for (const load of this.filters.load(missing)) {
      if (!this.#followed.has(load)) {
        this.#followed.add(load);
        void this.#follow(load);
      }
    }
  }

  async #follow(load: FilterLoad): Promise<void> {
    try {
      await load.answered;
      this.#failures = 0;
    } catch {
      // The store has logged the failure.
      this.#failures++;
      load.accountIds.forEach((accountId) => this.#unavailable.add(accountId));
      this.#retryLater();
    }
    this.#followed.delete(load);
    if (!this.#closed) {
      this.#release();
    }
  }

  #retryLater(): void {
    if (this.#closed || this.#retry !== undefined) {
      return;
    }
    const { maxRetryPauseMs } = this.context.settings;
    const pauseMs = backoff(this.#failures, { firstMs: maxRetryPauseMs / 20, longestMs: maxRetryPauseMs });
    this.#retry = setTimeout(() => {
      this.#stopRetrying();
      // Another stream may have loaded the filters meanwhile.
      this.#release();
    }, pauseMs);
  }

  #stopRetrying(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#unavailable.clear();
  }

  /** Emits the held events of viewers whose filters are loaded, for each viewer up to the first event that must wait. */
  #release(): void {
    const present = this.stream.viewers();
    const blocked = new Set<string>();
    this.#held = this.#held.filter((held) => {
      const { decided, copies, waiting, size } = held;
      const ready: string[] = [];
      for (const accountId of waiting) {
        if (!present.has(accountId)) {
          waiting.delete(accountId);
        } else if (blocked.has(accountId) || (decided.subjects.length > 0 && !this.filters.has(accountId))) {
          blocked.add(accountId);
        } else {
          ready.push(accountId);
          waiting.delete(accountId);
        }
      }
      if (ready.length > 0) {
        this.#outbox.push(toSelection(decided, copies, this.filters, subsetOf(decided.viewers, ready)));
      }
      if (waiting.size === 0) {
        this.context.limit.release(size);
      }
      return waiting.size > 0;
    });
    this.#behind = blocked;
    if (this.#held.length === 0) {
      this.#stopRetrying();
      clearTimeout(this.#expiry);
      this.#expiry = undefined;
    } else {
      this.#load();
    }
    this.#emit();
  }

  readonly #expire = (): void => {
    const { settings, statistics, limit } = this.context;
    const now = performance.now();
    this.#held = this.#held.filter(({ decided, waiting, size, dueMs }) => {
      // A retraction needs no filters: it is emitted once no earlier event is held.
      const stays = dueMs > now || decided.subjects.length === 0;
      if (!stays) {
        statistics.droppedForViewer += waiting.size;
        this.stream.undecided?.(waiting);
        limit.release(size);
      }
      return stays;
    });
    const next = this.#held.find(({ decided }) => decided.subjects.length > 0);
    this.#expiry = setTimeout(this.#expire, Math.max(1, (next?.dueMs ?? now + settings.maxWaitMs) - now));
    this.#release();
  };

  #emit(): void {
    // A receiver may cause the next event synchronously; its selection waits behind those in the outbox.
    if (this.#emitting) {
      return;
    }
    this.#emitting = true;
    for (let selection; (selection = this.#outbox.shift()) !== undefined;) {
      this.out.next(selection);
    }
    this.#emitting = false;
    if (this.#ended && this.#held.length === 0) {
      this.out.complete();
    }
  }
}
