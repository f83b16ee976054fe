import { Injectable } from '@nestjs/common';
import { AudienceStore, type AudienceFacts, type AudienceQuestion, type FilterRecord } from '@fedistream/audience';
import { permissionBits } from '@fedistream/auth';
import type { Viewership } from '@fedistream/domain';
import { bigintArray } from '../array-parameters.js';
import { everyonesRole } from '../auth/everyones-role.js';
import { Database } from '../database.js';
import type { FactRow } from './facts-statement.js';
import { FactsLookup } from './facts-lookup.js';
import { feedAccessSelect } from './feed-access-statement.js';
import { filterRecord, filtersStatement, type FilterRow } from './filters-statement.js';
import { QuestionsTogether } from './questions-together.js';

/** Relationships, languages, roles, settings and filters as Mastodon keeps them. */
@Injectable()
export class SqlAudienceStore extends AudienceStore {
  readonly #together: QuestionsTogether;

  constructor(private readonly database: Database) {
    super();
    const facts = new FactsLookup(database);
    this.#together = new QuestionsTogether(
      (viewers, questions) => facts.ask(viewers, questions),
      (work) => database.lookup(work),
    );
  }

  override async facts(question: AudienceQuestion): Promise<AudienceFacts> {
    return (await this.#together.ask(question)).about(question);
  }

  override async feedAccess(): Promise<ReadonlyMap<string, string>> {
    const rows = await this.database.lookup(() => this.database.queryArrays<FactRow>(feedAccessSelect, []));
    return new Map(rows.map(([, name, value]) => [name ?? '', value ?? '']));
  }

  override async mayViewClosedFeeds({ accountIds }: Viewership): Promise<ReadonlySet<string>> {
    const columns = await this.database.columns();
    if (!columns.has('user_roles.permissions') || !columns.has('users.role_id')) {
      return new Set();
    }
    const opens = permissionBits.administrator | permissionBits.view_feeds;
    const [row] = await this.database.lookup(() =>
      this.database.queryArrays<[accounts: string | null]>(
        `WITH opening AS MATERIALIZED (SELECT id FROM user_roles WHERE permissions & ${opens} <> 0)
        SELECT string_agg(account_id::text, ' ') FROM users WHERE account_id = ANY ((SELECT $1::bigint[])::bigint[])
          AND (EXISTS (SELECT FROM opening WHERE id = ${everyonesRole}) OR role_id IN (SELECT id FROM opening))`,
        [bigintArray(accountIds)],
      ),
    );
    return new Set(row?.[0]?.split(' '));
  }

  override async filters(accountIds: readonly string[]): Promise<ReadonlyMap<string, readonly FilterRecord[]>> {
    const statement = filtersStatement(await this.database.columns());
    const filters = new Map<string, FilterRecord[]>();
    if (statement === undefined) {
      return filters;
    }
    const rows = await this.database.lookup(() => this.database.query<FilterRow>(statement, [bigintArray(accountIds)]));
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
