import type { ViewerSet } from '@fedistream/domain';
import type { FilterRecord } from './filters/filter-record.js';

/** What the rules ask about one status and everybody who listens. Ids are decimal strings, checked by the caller. */
export interface AudienceQuery {
  readonly viewers: ViewerSet;
  /** The authors, of the boosted or quoted status, too: those whom one of them blocks do not see the status. */
  readonly authorIds: readonly string[];
  /** The authors and the mentioned accounts: who blocks or mutes one of them does not see it. */
  readonly accountIds: readonly string[];
  /** The domains of the remote authors among them; local ones have none. */
  readonly domains: readonly string[];
  /** The status' language, `null` when it has none. */
  readonly language: string | null;
}

/** What the database answers, all of it read after the question was asked. */
export interface AudienceFacts {
  /** Viewers who must not see the status: block or mute (unexpired) an account, are blocked by an author, block a domain. */
  readonly hiddenFrom: ReadonlySet<string>;
  /** Viewers who have chosen languages, at least one, and not the status' language. */
  readonly otherLanguage: ReadonlySet<string>;
  /** The rows of `settings` that begin or end a feed (`local_live_feed_access`, ...): YAML text by name. */
  readonly feedAccess: ReadonlyMap<string, string>;
  /** What {@link AudienceStore.mayViewClosedFeeds} would answer, where that was found out on the way. */
  readonly mayViewClosedFeeds?: ReadonlySet<string>;
}

/**
 * Where relationships, languages, roles, settings and filters are kept. Every method is one statement, however many
 * viewers there are, and reads what is committed when it is called: nothing is cached behind it.
 * Errors mean that the store could not be asked; they never mean "no".
 */
export abstract class AudienceStore {
  /** Everything about a status that is decided in the database. */
  abstract facts(question: AudienceQuery): Promise<AudienceFacts>;

  /** Only the feed access settings, for events that are no status. */
  abstract feedAccess(): Promise<ReadonlyMap<string, string>>;

  /** Which of the viewers may open closed feeds: permission `view_feeds`, as REST computes it. */
  abstract mayViewClosedFeeds(viewers: ViewerSet): Promise<ReadonlySet<string>>;

  /** The filters of these accounts, expired ones included; accounts without filters have no entry. */
  abstract filters(accountIds: readonly string[]): Promise<ReadonlyMap<string, readonly FilterRecord[]>>;
}
