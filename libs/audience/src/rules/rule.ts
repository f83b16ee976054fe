import type { StreamEvent, ViewerSet } from '@fedistream/domain';
import type { AudienceFacts } from '../audience-store.js';
import type { Status } from '../status/status.js';

/**
 * The settings with which administrators close a stream: those of the live feeds (`local_live_feed_access`,
 * `remote_live_feed_access`), or those of hashtags and links (`local_topic_feed_access`, `remote_topic_feed_access`).
 */
export type ClosedBy = 'live-feeds' | 'topic-feeds';

/** What a rule decides on: one status, all viewers, and what the database says about them. */
export interface RuleInput {
  readonly event: StreamEvent;
  readonly status: Status;
  /** Which feed settings can close the stream; `undefined` when none can. */
  readonly closedBy: ClosedBy | undefined;
  readonly viewers: ViewerSet;
  /** Read from the database after the event was published. */
  readonly facts: AudienceFacts;
  /** The viewers who may open closed feeds. Costs a statement: ask only when a feed is closed. */
  readonly mayViewClosedFeeds: () => Promise<ReadonlySet<string>>;
}

/**
 * What a rule says about one status. It names accounts instead of answering for each viewer: the work is done once per
 * event, and a viewer costs a look-up. The sets MUST NOT be changed; they may be the store's own.
 */
export interface RuleResult {
  /** These viewers do not receive the status. */
  readonly hiddenFrom?: ReadonlySet<string>;
  /** Only these viewers receive the status. */
  readonly onlyFor?: ReadonlySet<string>;
}

/** A rule that hides statuses from viewers. What one rule hides, no other rule can show. */
export interface Rule {
  readonly name: string;
  /** An error drops the event for all. Rejections of `mayViewClosedFeeds` MUST pass through: they make the event wait. */
  evaluate(input: RuleInput): RuleResult | Promise<RuleResult>;
}

/** The result of a rule that hides the status from no one. */
export const visibleToAll: RuleResult = {};
