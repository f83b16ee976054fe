import type { FilterRecord } from '@fedistream/audience';
import { referenceAudience, type AudienceTables } from '@fedistream/audience/testing';
import type { Account, Fixtures } from '../support/index.js';

interface FilterRow {
  readonly id: string;
  readonly accountId: string;
  readonly title: string;
  readonly context: readonly string[];
  readonly action: number;
  readonly expiresAt: number | null;
  readonly keywords: FilterRecord['keywords'] | null;
  readonly statusIds: readonly string[] | null;
}

const actions = ['warn', 'hide', 'blur'] as const;

/** The reference audience over the rows of a database, for comparison with what the server sends. */
export class Oracle {
  private constructor(private readonly tables: AudienceTables) {}

  /** Reads the tables as they are now. */
  static async of(fixtures: Fixtures): Promise<Oracle> {
    const rows = async <Row>(text: string) => (await fixtures.sql(text)) as unknown as Row[];
    const milliseconds = (column: string) => `floor(extract(epoch FROM ${column}) * 1000)::float8`;
    const roles = await rows<{ id: string; permissions: string }>('SELECT id, permissions FROM user_roles');
    const settings = await rows<{ var: string; value: string }>('SELECT var, value FROM settings');
    const filters = await rows<FilterRow>(`SELECT id, account_id AS "accountId", phrase AS title, context, action,
        ${milliseconds('expires_at')} AS "expiresAt",
        (SELECT json_agg(json_build_object('keyword', keyword, 'wholeWord', whole_word) ORDER BY id)
          FROM custom_filter_keywords WHERE custom_filter_id = f.id) AS keywords,
        (SELECT array_agg(status_id::text) FROM custom_filter_statuses WHERE custom_filter_id = f.id) AS "statusIds"
      FROM custom_filters f ORDER BY id`);
    return new Oracle({
      users: await rows(`SELECT id, account_id AS "accountId", chosen_languages AS "chosenLanguages",
          role_id AS "roleId" FROM users`),
      roles: roles.map(({ id, permissions }) => ({ id, permissions: BigInt(permissions) })),
      blocks: await rows('SELECT account_id AS "accountId", target_account_id AS "targetAccountId" FROM blocks'),
      mutes: await rows(`SELECT account_id AS "accountId", target_account_id AS "targetAccountId",
          ${milliseconds('expires_at')} AS "expiresAt" FROM mutes`),
      domainBlocks: await rows('SELECT account_id AS "accountId", domain FROM account_domain_blocks'),
      filters: filters.map(({ action, keywords, statusIds, ...filter }) => ({
        ...filter,
        action: actions[action] ?? 'warn',
        keywords: keywords ?? [],
        statusIds: statusIds ?? [],
      })),
      settings: new Map(settings.map(({ var: name, value }) => [name, value])),
    });
  }

  /** The payload that the viewer must receive of this event; `undefined` when the viewer must not receive it. */
  due(viewer: Account, feed: 'live' | 'topic', name: string, payload: unknown): unknown {
    return referenceAudience(this.tables, `${feed}-feeds`, viewer.id, { name, payload });
  }
}
