import type { StreamEvent, ViewerSet } from '@fedistream/domain';
import type { AudienceFacts } from '../audience-store.js';
import type { Status } from '../status/status.js';

/**
 * The settings with which administrators close a stream: those of the live feeds (`local_live_feed_access`,
 * `remote_live_feed_access`), or those of hashtags and links (`local_topic_feed_access`, `remote_topic_feed_access`).
 */
export type ClosedBy = 'live-feeds' | 'topic-feeds';

/** The input of a rule: one status, all viewers, and the facts that the database holds about them. */
export interface RuleInput {
  readonly event: StreamEvent;
  readonly status: Status;
  /** Which feed settings can close the stream; `undefined` when none can. */
  readonly closedBy: ClosedBy | undefined;
  readonly viewers: ViewerSet;
  /** Read from the database after the event was published. */
  readonly facts: AudienceFacts;
  /** The viewers who may open closed feeds. It may cost a statement: call it only if a feed is closed. */
  readonly mayViewClosedFeeds: () => Promise<ReadonlySet<string>>;
}

/**
 * The decision of a rule about one status. It is a set of accounts, so a rule runs once per event and each viewer costs one
 * look-up. Callers MUST NOT change the sets: they may be the store's own.
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
  /**
   * Decides about one status. If it throws, the event is dropped for all viewers. It MUST NOT catch rejections of
   * `mayViewClosedFeeds`: they make the event wait.
   */
  evaluate(input: RuleInput): RuleResult | Promise<RuleResult>;
}

/** The result of a rule that hides the status from no viewer. */
export const visibleToAll: RuleResult = {};
