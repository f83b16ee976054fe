import { Logger } from '@nestjs/common';
import { backoff, BatchScheduler, LogThrottle } from '@fedistream/util';
import { Observable, type OperatorFunction, type Subscriber } from 'rxjs';
import type { AudienceSettings } from '../audience-settings.js';
import type { AudienceStatistics } from '../audience-statistics.js';
import { StoreUnavailable } from '../bounded-store.js';
import type { QueueLimit } from './queue-limit.js';

/** A decision: known at once, `undefined` to let nothing out; or a way to reach it, which may be tried several times. */
export type Decision<O> = ({ readonly now: O | undefined } | { later(): Promise<O | undefined> }) & {
  /** It may take back what was said before: where there is no room, something older goes instead. */
  readonly takesBack?: true;
};

/** What all lines of a process have in common. */
export interface QueueContext {
  readonly settings: AudienceSettings;
  readonly statistics: AudienceStatistics;
  readonly room: QueueLimit;
}

/** What is decided about the inputs of a line, and for how many. */
export interface Decider<I, O> {
  evaluate(input: I): Decision<O>;
  /** How many listen now: the more there are, the longer events are gathered, so that each is written to fewer times. */
  listeners(): number;
}

interface QueueEntry<O> {
  readonly outcome: Decision<O>;
  /** How often it was tried to decide. */
  tries: number;
  settled: boolean;
  decision: O | undefined;
  deadline: NodeJS.Timeout | undefined;
  /** When the deadline is, by `performance.now()`. */
  readonly dueMs: number;
  /** Ends the pause before the next try. */
  wake: (() => void) | undefined;
}

const logger = new Logger('Audience');
const failures = new LogThrottle();

/**
 * Decides about events side by side and lets the decisions out in the order in which the events came. The first event
 * after a rest is decided at once; those that come during the rest are decided together when it is over. While the store
 * fails, the first few events in line try again, with growing pauses; the others wait behind them. What has no decision
 * in time is dropped, never let out, and so is what no longer fits into the line: the newest, or the oldest when the newest
 * is, say, a deletion. What waits for nothing needs no room. Leaving cancels everything.
 */
export function decideInOrder<I, O>(decider: Decider<I, O>, context: QueueContext): OperatorFunction<I, O> {
  return (source) =>
    new Observable<O>((subscriber) => {
      const line = new OrderedQueue(subscriber, decider, context);
      subscriber.add(() => {
        line.close();
      });
      subscriber.add(
        source.subscribe({
          next: (input) => {
            line.arrive(input);
          },
          error: (error: unknown) => {
            subscriber.error(error);
          },
          complete: () => {
            line.end();
          },
        }),
      );
    });
}

class OrderedQueue<I, O> {
  readonly #out: Subscriber<O>;
  readonly #decider: Decider<I, O>;
  readonly #context: QueueContext;
  readonly #pace: BatchScheduler;
  #places: QueueEntry<O>[] = [];
  /** Those of the places that have come during the rest. */
  #gathered: QueueEntry<O>[] = [];
  /** Those of the places whose turn to be decided has not come. */
  #untried: QueueEntry<O>[] = [];
  #deciding = 0;
  #ended = false;
  #leaving = false;

  readonly #begin = (): void => {
    this.#untried.push(...this.#gathered);
    this.#gathered = [];
    this.#advance();
  };

  constructor(out: Subscriber<O>, decider: Decider<I, O>, context: QueueContext) {
    this.#out = out;
    this.#decider = decider;
    this.#context = context;
    const { gatherMsPerListener, maxGatherMs } = context.settings;
    this.#pace = new BatchScheduler(() => Math.min(maxGatherMs, gatherMsPerListener * decider.listeners()));
  }

  arrive(input: I): void {
    const { settings, statistics } = this.#context;
    const outcome = this.#outcome(input);
    if ('now' in outcome && this.#places.length === 0 && !this.#leaving) {
      this.#leaving = true;
      this.#emit(outcome.now);
      this.#leaving = false;
      this.#letOut();
      return;
    }
    if (!this.#enter(outcome)) {
      statistics.dropped.overflow++;
      return;
    }
    const place = newPlace(outcome, performance.now() + settings.maxWaitMs);
    this.#places.push(place);
    if (place.settled) {
      this.#letOut();
    } else {
      this.#gathered.push(place);
      this.#pace.schedule(this.#begin);
      place.deadline = setTimeout(() => {
        statistics.dropped.late++;
        this.#settle(place, undefined);
      }, settings.maxWaitMs);
    }
  }

  /** Nothing more will arrive. */
  end(): void {
    this.#ended = true;
    this.#letOut();
  }

  /** Nobody waits for anything any more. */
  close(): void {
    for (const place of this.#places) {
      place.settled = true;
      release(place);
      this.#context.room.release();
    }
    this.#pace.cancel();
    this.#places = [];
    this.#gathered = [];
    this.#untried = [];
  }

  /** Whether there is room, or has been made. */
  #enter(outcome: Decision<O>): boolean {
    const { settings, room } = this.#context;
    const enter = () => this.#places.length < settings.maxQueued && room.acquire();
    return enter() || (outcome.takesBack === true && this.#dropOldest() && enter());
  }

  /** Drops the oldest that waits and takes nothing back, if there is one. */
  #dropOldest(): boolean {
    const index = this.#places.findIndex(({ settled, outcome }) => !settled && !outcome.takesBack);
    const [place] = index < 0 ? [] : this.#places.splice(index, 1);
    if (place === undefined) {
      return false;
    }
    this.#context.room.release();
    this.#context.statistics.dropped.overflow++;
    this.#settle(place, undefined);
    return true;
  }

  #outcome(input: I): Decision<O> {
    try {
      return this.#decider.evaluate(input);
    } catch (error) {
      this.#failed(error);
      return { now: undefined };
    }
  }

  #advance(): void {
    while (this.#deciding < this.#context.settings.concurrency) {
      const place = this.#untried.shift();
      if (!place) {
        break;
      }
      // After an outage many are due at once: nothing is asked for one that the next timer drops.
      if (!place.settled && performance.now() < place.dueMs) {
        this.#deciding++;
        void this.#decide(place);
      }
    }
    this.#letOut();
  }

  #letOut(): void {
    // Whoever receives may at once cause the next event to arrive; that one has to wait for this loop.
    if (this.#leaving) {
      return;
    }
    this.#leaving = true;
    for (let place; (place = this.#places[0])?.settled;) {
      this.#places.shift();
      this.#context.room.release();
      this.#emit(place.decision);
    }
    this.#leaving = false;
    if (this.#ended && this.#places.length === 0) {
      this.#out.complete();
    }
  }

  #emit(decision: O | undefined): void {
    if (decision !== undefined) {
      this.#out.next(decision);
    }
  }

  async #decide(place: QueueEntry<O>): Promise<void> {
    while (!place.settled && 'later' in place.outcome) {
      place.tries++;
      try {
        this.#settle(place, await place.outcome.later());
      } catch (error) {
        await this.#recover(place, error);
      }
    }
  }

  async #recover(place: QueueEntry<O>, error: unknown): Promise<void> {
    if (place.settled) {
      return;
    }
    if (error instanceof StoreUnavailable) {
      await this.#pause(place);
    } else {
      this.#failed(error);
      this.#settle(place, undefined);
    }
  }

  #settle(place: QueueEntry<O>, decision: O | undefined): void {
    if (place.settled) {
      return;
    }
    place.settled = true;
    place.decision = decision;
    release(place);
    if (place.tries > 0) {
      this.#deciding--;
    }
    this.#advance();
  }

  /** Twice as long each time, and never the same for two: what fails together shall not come back together. */
  async #pause(place: QueueEntry<O>): Promise<void> {
    const { maxRetryPauseMs } = this.#context.settings;
    const pauseMs = backoff(place.tries, { firstMs: maxRetryPauseMs / 20, longestMs: maxRetryPauseMs });
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pauseMs);
      place.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #failed(error: unknown): void {
    this.#context.statistics.dropped.error++;
    failures.run((suffix) => {
      logger.error(`An event was dropped because a rule failed: ${describe(error)}${suffix}`);
    });
  }
}

function newPlace<O>(outcome: Decision<O>, dueMs: number): QueueEntry<O> {
  const settled = 'now' in outcome;
  return {
    outcome,
    tries: 0,
    settled,
    decision: settled ? outcome.now : undefined,
    deadline: undefined,
    dueMs,
    wake: undefined,
  };
}

/** Leaves no timer behind. */
function release(place: QueueEntry<unknown>): void {
  clearTimeout(place.deadline);
  place.wake?.();
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
