import type { ViewerSet } from '@fedistream/domain';
import type { FilterRecord } from './filters/filter-record.js';

/** What the rules need to know about one status and all viewers. Callers MUST validate ids: decimal strings. */
export interface AudienceQuery {
  readonly viewers: ViewerSet;
  /** The authors of the status and of those within it: viewers whom one of them blocks do not see the status. */
  readonly authorIds: readonly string[];
  /** The authors and the mentioned accounts: viewers who block or mute one of them do not see the status. */
  readonly accountIds: readonly string[];
  /** The domains of the remote authors. */
  readonly domains: readonly string[];
  /** The status' language, `null` when it has none. */
  readonly language: string | null;
  /** How long the query may wait to share a look-up with other queries, in ms. Left out: it does not wait. */
  readonly maxBatchDelayMs?: number;
}

/** What the database answers, all of it read after the query was made. */
export interface AudienceFacts {
  /** Viewers who block or mute (unexpired) an account, are blocked by an author, or block a domain. */
  readonly hiddenFrom: ReadonlySet<string>;
  /** Viewers who have chosen languages, at least one, and not the status' language. */
  readonly otherLanguage: ReadonlySet<string>;
  /** The rows of `settings` that close feeds (`local_live_feed_access`, ...): YAML text by name. */
  readonly feedAccess: ReadonlyMap<string, string>;
  /** The answer of {@link AudienceStore.mayViewClosedFeeds}, if the store read it with the same statement. */
  readonly mayViewClosedFeeds?: ReadonlySet<string>;
}

/** The store is unreachable, did not answer in time, or has too many waiting look-ups. Callers retry. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/**
 * Where relationships, languages, roles, settings and filters are stored. Each method is one look-up, however many viewers
 * there are. It reads what is committed when it is called: the store caches nothing.
 *
 * The store queues look-ups. It MUST bound the queue, MUST settle each look-up within a deadline that counts from the call,
 * and MUST NOT send a look-up whose deadline has passed. A rejection means that the store is unavailable; it never means
 * "no".
 */
export abstract class AudienceStore {
  /** The facts about one status that the rules read from the database. */
  abstract facts(query: AudienceQuery): Promise<AudienceFacts>;

  /** Only the feed access settings, for events that are no status. */
  abstract feedAccess(): Promise<ReadonlyMap<string, string>>;

  /** The viewers who may open closed feeds: permission `view_feeds`, as REST computes it. */
  abstract mayViewClosedFeeds(viewers: ViewerSet): Promise<ReadonlySet<string>>;

  /**
   * The filters of these accounts, expired ones included; accounts without filters have no entry. The store MUST apply
   * `filterBounds` in its query. It MAY return more than they allow, by one row of a kind, to show that it did.
   */
  abstract filters(accountIds: readonly string[]): Promise<ReadonlyMap<string, readonly FilterRecord[]>>;
}
