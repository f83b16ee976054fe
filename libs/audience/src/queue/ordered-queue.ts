import { Logger } from '@nestjs/common';
import { backoff, BatchScheduler, LogThrottle } from '@fedistream/util';
import type { Subscriber } from 'rxjs';
import { StoreUnavailable } from '../audience-store.js';
import type { Decider, Decision, QueueContext } from './decision.js';
import { QueueEntry } from './queue-entry.js';

const logger = new Logger('Audience');
const failureLog = new LogThrottle();

/**
 * Decides about inputs concurrently and emits the outcomes in the order of the inputs.
 *
 * - Batches: it decides the first input after a pause at once. Inputs within the batch delay are decided together after it.
 * - Failures: while the store is unavailable, the first few entries retry with back-off; the others wait behind them.
 * - Bounds: it drops an input that exceeds the queue's limit, and an entry without a decision in time. It never emits an
 *   undecided input. An input that need not wait does not count towards the limit.
 */
export class OrderedQueue<I, O> {
  readonly #out: Subscriber<O>;
  readonly #decider: Decider<I, O>;
  readonly #context: QueueContext;
  readonly #scheduler: BatchScheduler;
  #entries: QueueEntry<O>[] = [];
  /** Entries that wait for the batch delay to pass. */
  #batch: QueueEntry<O>[] = [];
  /** Entries whose first attempt has not begun. */
  #untried: QueueEntry<O>[] = [];
  #retractions = 0;
  #deciding = 0;
  #ended = false;
  #draining = false;

  readonly #beginBatch = (): void => {
    this.#untried.push(...this.#batch);
    this.#batch = [];
    this.#advance();
  };

  constructor(out: Subscriber<O>, decider: Decider<I, O>, context: QueueContext) {
    this.#out = out;
    this.#decider = decider;
    this.#context = context;
    const { batchDelayMsPerListener, maxBatchDelayMs } = context.settings;
    this.#scheduler = new BatchScheduler(() =>
      Math.min(maxBatchDelayMs, batchDelayMsPerListener * decider.listeners()),
    );
  }

  push(input: I): void {
    const { settings, statistics } = this.#context;
    const decision = this.#evaluate(input);
    if ('now' in decision && this.#entries.length === 0 && !this.#draining) {
      this.#draining = true;
      this.#emit(decision.now);
      this.#draining = false;
      this.#drain();
      return;
    }
    const entry = new QueueEntry(decision, this.#decider.sizeOf(input), performance.now() + settings.maxWaitMs);
    if (!this.#enqueue(entry)) {
      statistics.dropped.overflow++;
      this.#decider.dropped?.();
      return;
    }
    if (entry.settled) {
      this.#drain();
    } else {
      this.#batch.push(entry);
      this.#scheduler.schedule(this.#beginBatch);
      entry.expireAfter(settings.maxWaitMs, () => {
        statistics.dropped.late++;
        this.#decider.dropped?.();
        this.#settle(entry, undefined);
      });
    }
  }

  /** Declares that no more inputs follow: the output completes after the last entry. */
  end(): void {
    this.#ended = true;
    this.#drain();
  }

  /** Cancels everything that waits. */
  close(): void {
    for (const entry of this.#entries) {
      entry.settle(undefined);
      this.#context.limit.release(entry.size);
    }
    this.#scheduler.cancel();
    this.#entries = [];
    this.#batch = [];
    this.#untried = [];
  }

  /** @returns whether this queue and the process were below their limits */
  #enqueue(entry: QueueEntry<O>): boolean {
    const { settings, limit } = this.#context;
    const { isRetraction } = entry.size;
    const queued = isRetraction ? this.#retractions : this.#entries.length - this.#retractions;
    if (queued >= settings.maxQueued || !limit.acquire(entry.size)) {
      return false;
    }
    this.#entries.push(entry);
    this.#retractions += isRetraction ? 1 : 0;
    return true;
  }

  #evaluate(input: I): Decision<O> {
    try {
      return this.#decider.evaluate(input);
    } catch (error) {
      this.#reportFailure(error);
      return { now: undefined };
    }
  }

  #advance(): void {
    while (this.#deciding < this.#context.settings.concurrency) {
      const entry = this.#untried.shift();
      if (!entry) {
        break;
      }
      // After an outage many entries are due at once: no look-up is sent for one that its timer is about to drop.
      if (!entry.settled && performance.now() < entry.dueMs) {
        this.#deciding++;
        void this.#decide(entry);
      }
    }
    this.#drain();
  }

  /** Emits the settled entries at the front. */
  #drain(): void {
    // A receiver may cause the next input synchronously; that one has to wait for this loop.
    if (this.#draining) {
      return;
    }
    this.#draining = true;
    for (let entry; (entry = this.#entries[0])?.settled;) {
      this.#entries.shift();
      this.#retractions -= entry.size.isRetraction ? 1 : 0;
      this.#context.limit.release(entry.size);
      this.#emit(entry.outcome);
    }
    this.#draining = false;
    if (this.#ended && this.#entries.length === 0) {
      this.#out.complete();
    }
  }

  #emit(outcome: O | undefined): void {
    if (outcome !== undefined) {
      this.#out.next(outcome);
    }
  }

  async #decide(entry: QueueEntry<O>): Promise<void> {
    while (!entry.settled && 'later' in entry.decision) {
      entry.attempts++;
      try {
        this.#settle(entry, await entry.decision.later());
      } catch (error) {
        await this.#recover(entry, error);
      }
    }
  }

  async #recover(entry: QueueEntry<O>, error: unknown): Promise<void> {
    if (entry.settled) {
      return;
    }
    if (error instanceof StoreUnavailable) {
      const { maxRetryPauseMs } = this.#context.settings;
      await entry.pause(backoff(entry.attempts, { firstMs: maxRetryPauseMs / 20, longestMs: maxRetryPauseMs }));
    } else {
      this.#reportFailure(error);
      this.#settle(entry, undefined);
    }
  }

  #settle(entry: QueueEntry<O>, outcome: O | undefined): void {
    if (entry.settled) {
      return;
    }
    entry.settle(outcome);
    if (entry.attempts > 0) {
      this.#deciding--;
    }
    this.#advance();
  }

  #reportFailure(error: unknown): void {
    this.#context.statistics.dropped.error++;
    this.#decider.dropped?.();
    failureLog.run((suffix) => {
      logger.error(`Dropped an event because an audience rule threw: ${describe(error)}${suffix}`);
    });
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
