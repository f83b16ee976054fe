import { AudienceStore, type AudienceFacts, type AudienceQuestion, type FilterRecord } from '@fedistream/audience';
import { permissionBits } from '@fedistream/auth';
import type { Viewership } from '@fedistream/domain';
import { Injectable } from '@nestjs/common';
import { bigintArray } from '../array-parameters.js';
import { everyonesRole } from '../auth/everyones-role.js';
import { Database } from '../database.js';
import { FactsAnswer } from './facts-answer.js';
import { factsStatement, type FactRow } from './facts-statement.js';
import { feedAccessSelect } from './feed-access-statement.js';
import { filterRecord, filtersStatement, type FilterRow } from './filters-statement.js';
import { QuestionsTogether } from './questions-together.js';
import { UserPositions } from './user-positions.js';

/** Reading one enemy costs about half of looking one viewer up; far fewer, or far more, are not worth the difference. */
const enemiesRead = (viewers: number) => Math.min(Math.max(Math.ceil(viewers / 2), 50), 1_000);

/** Relationships, languages, roles, settings and filters as Mastodon keeps them. */
@Injectable()
export class SqlAudienceStore extends AudienceStore {
  readonly #positions = new UserPositions();
  readonly #together: QuestionsTogether;

  constructor(private readonly database: Database) {
    super();
    this.#together = new QuestionsTogether(
      (viewers, questions) => this.#ask(viewers, questions),
      (work) => database.lookup(work),
    );
  }

  override async facts(question: AudienceQuestion): Promise<AudienceFacts> {
    return (await this.#together.ask(question)).about(question);
  }

  override async feedAccess(): Promise<ReadonlyMap<string, string>> {
    const rows = await this.database.lookup(() => this.database.queryArrays<FactRow>(feedAccessSelect, []));
    return new Map(rows.flatMap(([, name, value]) => (name === null || value === null ? [] : [[name, value]])));
  }

  override async mayViewClosedFeeds(viewers: Viewership): Promise<ReadonlySet<string>> {
    const columns = await this.database.columns();
    if (!columns.has('user_roles.permissions') || !columns.has('users.role_id')) {
      return new Set();
    }
    const opens = permissionBits.administrator | permissionBits.view_feeds;
    const { known, newcomers } = this.#positions.parametersFor(viewers);
    const [row] = await this.database.lookup(() =>
      this.database.queryArrays<[accounts: string | null]>(
        `WITH opening AS MATERIALIZED (SELECT id FROM user_roles WHERE permissions & ${opens} <> 0)
        SELECT string_agg(account_id::text, ' ') FROM users WHERE account_id = ANY ((SELECT $1::bigint[] || $2::bigint[])::bigint[])
          AND (EXISTS (SELECT FROM opening WHERE id = ${everyonesRole}) OR role_id IN (SELECT id FROM opening))`,
        [known, newcomers],
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

  async #ask(viewers: Viewership, questions: readonly AudienceQuestion[]): Promise<FactsAnswer> {
    const columns = await this.database.columns();
    const { known, positions, newcomers } = this.#positions.parametersFor(viewers);
    const domains = distinct(
      questions.flatMap((question) => question.domains.map((domain) => asText(domain.toLowerCase()))),
    );
    const rows = await this.database.queryArrays<FactRow>(factsStatement(columns, { domains: domains.length > 0 }), [
      known,
      positions,
      newcomers,
      bigintArray(distinct(questions.flatMap(({ accountIds }) => accountIds))),
      bigintArray(distinct(questions.map(({ authorId }) => authorId))),
      enemiesRead(viewers.accountIds.length),
      distinct(questions.map(({ language }) => (language === null ? null : asText(language)))),
      ...(domains.length > 0 ? [domains] : []),
    ]);
    const answer = new FactsAnswer(viewers, rows);
    this.#positions.learn(viewers, answer.settled, answer.found);
    return answer;
  }
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

/** NUL cannot be in a text of PostgreSQL's: nothing there equals what has one. */
function asText(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}
