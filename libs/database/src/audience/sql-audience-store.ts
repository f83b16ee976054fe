import { Injectable } from '@nestjs/common';
import { AudienceStore, type AudienceFacts, type AudienceQuery, type FilterRecord } from '@fedistream/audience';
import type { ViewerSet } from '@fedistream/domain';
import DataLoader from 'dataloader';
import { bigintArray } from '../connection/array-parameters.js';
import { Database } from '../connection/database.js';
import type { Statements } from '../connection/statements.js';
import { mayViewClosedFeedsSelect } from './closed-feeds-statement.js';
import type { FactRow } from './facts-statement.js';
import { FactsLookup } from './facts-lookup.js';
import { feedAccessSelect } from './feed-access-statement.js';
import { filterRecord, filtersStatement, type FilterRow } from './filters-statement.js';
import { FactsAnswer } from './facts-answer.js';
import { FewViewersBatcher } from './few-viewers-batcher.js';
import { fewViewersStatement } from './few-viewers-statement.js';
import { QueryBatcher } from './query-batcher.js';

/** Reads relationships, languages, roles, settings and filters from Mastodon's tables. */
@Injectable()
export class SqlAudienceStore extends AudienceStore {
  readonly #batcher: QueryBatcher<Statements>;
  readonly #fewViewers = new FewViewersBatcher((queries) =>
    this.database.lookup((statements) => this.#loadFew(statements, queries)),
  );
  /** One statement for all deletions within one turn of the event loop. Caches nothing. */
  readonly #feedAccess = new DataLoader<'settings', ReadonlyMap<string, string>>(
    async (keys) => {
      const rows = await this.database.lookup((statements) => statements.queryArrays<FactRow>(feedAccessSelect, []));
      const access = new Map(rows.map(([, name, value]) => [name ?? '', value ?? '']));
      return keys.map(() => access);
    },
    { cache: false, batchScheduleFn: setImmediate },
  );

  constructor(private readonly database: Database) {
    super();
    const facts = new FactsLookup();
    this.#batcher = new QueryBatcher(
      (statements: Statements, viewers, queries) => facts.load(statements, viewers, queries),
      (work, startMs) => database.lookup(work, startMs),
    );
  }

  override async facts(query: AudienceQuery): Promise<AudienceFacts> {
    const batcher = FewViewersBatcher.accepts(query) ? this.#fewViewers : this.#batcher;
    return (await batcher.load(query)).about(query);
  }

  async #loadFew(statements: Statements, queries: readonly AudienceQuery[]): Promise<FactsAnswer> {
    const { text, values } = fewViewersStatement(await statements.columns(), queries);
    const answer = new FactsAnswer({ has: (accountId) => queries.some(({ viewers }) => viewers.has(accountId)) });
    answer.add(await statements.queryArrays<FactRow>(text, values));
    return answer;
  }

  override feedAccess(): Promise<ReadonlyMap<string, string>> {
    return this.#feedAccess.load('settings');
  }

  override async mayViewClosedFeeds({ accountIds }: ViewerSet): Promise<ReadonlySet<string>> {
    const select = mayViewClosedFeedsSelect(await this.database.columns(), '$1::bigint[]');
    if (select === undefined) {
      return new Set();
    }
    const [row] = await this.database.lookup((statements) =>
      statements.queryArrays<FactRow>(select, [bigintArray(accountIds)]),
    );
    return new Set(row?.[2]?.split(' '));
  }

  override async filters(accountIds: readonly string[]): Promise<ReadonlyMap<string, readonly FilterRecord[]>> {
    const statement = filtersStatement(await this.database.columns());
    const filters = new Map<string, FilterRecord[]>();
    if (statement === undefined) {
      return filters;
    }
    const rows = await this.database.lookup((statements) =>
      statements.query<FilterRow>(statement, [bigintArray(accountIds)]),
    );
    for (const row of rows) {
      const ofAccount = filters.get(row.accountId);
      if (ofAccount) {
        ofAccount.push(filterRecord(row));
      } else {
        filters.set(row.accountId, [filterRecord(row)]);
      }
    }
    return filters;
  }
}
