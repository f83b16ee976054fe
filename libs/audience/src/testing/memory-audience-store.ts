import type { ViewerSet } from '@fedistream/domain';
import { AudienceStore, type AudienceFacts, type AudienceQuery } from '../audience-store.js';
import type { FilterRecord } from '../filters/filter-record.js';
import { emptyTables, everyoneRoleId, permissions, type AudienceTables } from './audience-tables.js';

/** The name of one of the store's methods. */
export type Statement = 'facts' | 'feedAccess' | 'mayViewClosedFeeds' | 'filters';

/**
 * The store over {@link AudienceTables}, for tests. It answers from what the tables hold when it is asked, notes each
 * statement, and lets the test delay, fail or hang one.
 */
export class MemoryAudienceStore extends AudienceStore {
  /** Each statement so far. */
  readonly asked: Statement[] = [];

  /** Called with each statement that was answered but not yet returned; may wait, throw, or never end. */
  beforeAnswering: (statement: Statement) => Promise<void> | void = () => undefined;

  constructor(readonly tables: AudienceTables = emptyTables()) {
    super();
  }

  override facts(question: AudienceQuery): Promise<AudienceFacts> {
    const { blocks, mutes, domainBlocks, settings } = this.tables;
    const now = Date.now();
    const about = new Set(question.accountIds);
    const hiddenFrom = new Set<string>();
    for (const { accountId, targetAccountId } of blocks) {
      if (about.has(targetAccountId)) {
        hiddenFrom.add(accountId);
      }
      if (question.authorIds.includes(accountId)) {
        hiddenFrom.add(targetAccountId);
      }
    }
    for (const { accountId, targetAccountId, expiresAt } of mutes) {
      if (about.has(targetAccountId) && (expiresAt === null || expiresAt > now)) {
        hiddenFrom.add(accountId);
      }
    }
    for (const { accountId, domain } of domainBlocks) {
      if (question.domains.includes(domain)) {
        hiddenFrom.add(accountId);
      }
    }
    return this.#answer('facts', {
      hiddenFrom: new Set([...hiddenFrom].filter((accountId) => question.viewers.has(accountId))),
      otherLanguage: this.#otherLanguage(question),
      feedAccess: new Map(settings),
    });
  }

  override feedAccess(): Promise<ReadonlyMap<string, string>> {
    return this.#answer('feedAccess', new Map(this.tables.settings));
  }

  override mayViewClosedFeeds(viewers: ViewerSet): Promise<ReadonlySet<string>> {
    const { users, roles } = this.tables;
    const bits = (roleId: string | null) => roles.find(({ id }) => id === roleId)?.permissions ?? 0n;
    const opens = permissions.administrator | permissions.viewFeeds;
    const may = viewers.accountIds.filter((viewer) => {
      const user = users.find(({ accountId }) => accountId === viewer);
      return user && ((bits(user.roleId) | bits(everyoneRoleId)) & opens) !== 0n;
    });
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

  #otherLanguage({ viewers, language }: AudienceQuery): Set<string> {
    const others = this.tables.users.filter(
      ({ accountId, chosenLanguages }) =>
        viewers.has(accountId) &&
        chosenLanguages !== null &&
        chosenLanguages.length > 0 &&
        (language === null || !chosenLanguages.includes(language)),
    );
    return new Set(others.map(({ accountId }) => accountId));
  }

  async #answer<T>(statement: Statement, answer: T): Promise<T> {
    this.asked.push(statement);
    await this.beforeAnswering(statement);
    return answer;
  }
}
