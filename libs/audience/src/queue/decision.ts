import type { AudienceSettings } from '../audience-settings.js';
import type { AudienceStatistics } from '../audience-statistics.js';
import type { QueueLimit } from './queue-limit.js';

/**
 * The decision about an input. `now`: known at once, `undefined` to drop the input. `later`: an attempt to reach it, which
 * is made again after it failed with `StoreUnavailable`.
 */
export type Decision<O> = ({ readonly now: O | undefined } | { later(): Promise<O | undefined> }) & {
  /** Whether the input may take back an earlier one, as a deletion does. */
  readonly isRetraction?: true;
};

/** Decides about the inputs of a queue. */
export interface Decider<I, O> {
  /** MUST NOT wait. An error drops the input. */
  evaluate(input: I): Decision<O>;
  /** The size of an input that has to wait, in bytes. */
  sizeOf(input: I): number;
  /** How many listeners there are now: the more, the longer inputs are gathered into one batch. */
  listeners(): number;
}

/** What all queues of a process share. */
export interface QueueContext {
  readonly settings: AudienceSettings;
  readonly statistics: AudienceStatistics;
  readonly limit: QueueLimit;
}
