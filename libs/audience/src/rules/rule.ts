import type { StreamEvent, ViewerSet } from '@fedistream/domain';
import type { AudienceFacts } from '../audience-store.js';
import type { Status } from '../status/status.js';

/**
 * The settings with which administrators close a stream: those of the live feeds (`local_live_feed_access`,
 * `remote_live_feed_access`), or those of hashtags and links (`local_topic_feed_access`, `remote_topic_feed_access`).
 */
export type ClosedBy = 'live-feeds' | 'topic-feeds';

/** One status and everybody who listens, with all that is known about them: what a rule decides on. */
export interface RuleInput {
  readonly event: StreamEvent;
  readonly status: Status;
  /** Which feed settings can close the stream; `undefined` when none can. */
  readonly closedBy: ClosedBy | undefined;
  readonly viewers: ViewerSet;
  /** Read from the database after the event was published. */
  readonly facts: AudienceFacts;
  /** Who may open closed feeds; costs a statement, so only asked when one is closed. */
  mayViewClosedFeeds(): Promise<ReadonlySet<string>>;
}

/**
 * What a rule says about one status. It names accounts instead of being asked for each: the work is done once per
 * event, and a viewer costs a look-up. The sets are not changed afterwards and may be the store's own.
 */
export interface RuleResult {
  /** These do not receive it. */
  readonly hiddenFrom?: ReadonlySet<string>;
  /** Nobody but these receives it. */
  readonly onlyFor?: ReadonlySet<string>;
}

/** A rule about who may see a status. What one rule hides, no other can show. */
export interface Rule {
  readonly name: string;
  /** An error drops the event for all. Rejections of what it asks must not be caught: they make the event wait. */
  evaluate(matter: RuleInput): RuleResult | Promise<RuleResult>;
}

/** The verdict of a rule that has nothing against it. */
export const visibleToAll: RuleResult = {};
