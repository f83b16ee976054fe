import type { AudienceSettings } from '../audience-settings.js';
import type { AudienceStatistics } from '../audience-statistics.js';
import type { QueueLimit } from './queue-limit.js';

/**
 * The decision about an input. `now`: the outcome, `undefined` to drop the input. `later`: makes one attempt to decide; the
 * queue calls it again after `StoreUnavailable`.
 */
export type Decision<O> = ({ readonly now: O | undefined } | { later(): Promise<O | undefined> }) & {
  /** Whether the input may take back an earlier one, as a deletion does. */
  readonly isRetraction?: true;
};

/** Decides about the inputs of a queue. */
export interface Decider<I, O> {
  /** Decides, synchronously. If it throws, the queue drops the input. */
  evaluate(input: I): Decision<O>;
  /** The size of an input that has to wait, in bytes. */
  sizeOf(input: I): number;
  /** Called when an input is dropped undecided. */
  dropped?(): void;
  /** The present number of listeners: the more, the longer the batch delay. */
  listeners(): number;
}

/** The settings, counters and limits that all queues of a process share. */
export interface QueueContext {
  readonly settings: AudienceSettings;
  readonly statistics: AudienceStatistics;
  readonly limit: QueueLimit;
}
