import type { ViewerSet } from '@fedistream/domain';
import { AudienceStore, type AudienceFacts, type AudienceQuery } from '../audience-store.js';
import type { FilterRecord } from '../filters/filter-record.js';
import { emptyTables, type AudienceTables } from './audience-tables.js';
import { hasChosenOtherLanguage, isHiddenFrom, mayViewClosedFeeds } from './reference-rules.js';

/** The name of one of the store's methods. */
export type Statement = 'facts' | 'feedAccess' | 'mayViewClosedFeeds' | 'filters';

/**
 * The store over {@link AudienceTables}, for tests. It answers from the rows at the time of the call, records each look-up,
 * and lets the test delay or fail one.
 */
export class MemoryAudienceStore extends AudienceStore {
  /** Each look-up so far. */
  readonly asked: Statement[] = [];

  /** Called for each look-up, after its answer was read and before it is returned. It may wait, throw, or never settle. */
  beforeAnswering: (statement: Statement) => Promise<void> | void = () => undefined;

  constructor(readonly tables: AudienceTables = emptyTables()) {
    super();
  }

  override facts(query: AudienceQuery): Promise<AudienceFacts> {
    const { viewers, language } = query;
    const those = (isOne: (viewerId: string) => boolean) => new Set(viewers.accountIds.filter(isOne));
    return this.#answer('facts', {
      hiddenFrom: those((viewerId) => isHiddenFrom(this.tables, viewerId, query)),
      otherLanguage: those((viewerId) => hasChosenOtherLanguage(this.tables, viewerId, language)),
      feedAccess: new Map(this.tables.settings),
    });
  }

  override feedAccess(): Promise<ReadonlyMap<string, string>> {
    return this.#answer('feedAccess', new Map(this.tables.settings));
  }

  override mayViewClosedFeeds(viewers: ViewerSet): Promise<ReadonlySet<string>> {
    const may = viewers.accountIds.filter((viewerId) => mayViewClosedFeeds(this.tables, viewerId));
    return this.#answer('mayViewClosedFeeds', new Set(may));
  }

  override filters(accountIds: readonly string[]): Promise<ReadonlyMap<string, readonly FilterRecord[]>> {
    const answer = new Map<string, FilterRecord[]>();
    for (const { accountId, ...record } of this.tables.filters) {
      if (accountIds.includes(accountId)) {
        answer.set(accountId, [...(answer.get(accountId) ?? []), record]);
      }
    }
    return this.#answer('filters', answer);
  }

  async #answer<T>(statement: Statement, answer: T): Promise<T> {
    this.asked.push(statement);
    await this.beforeAnswering(statement);
    return answer;
  }
}
