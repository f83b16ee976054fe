import { describe, expect, it } from 'vitest';
import {
  AccessTokenEntity,
  AccountEntity,
  CustomFilterEntity,
  MuteEntity,
  UserEntity,
} from '../schema/entities/index.js';
import type { TestDatabase } from './test-database.js';

const large = '9007199254740993';

/** The promises of entities and migrations. */
export function tableContract(test: () => TestDatabase): void {
  describe('the tables', () => {
    it('match the entities, indexes included', async () => {
      const { upQueries } = await test().owner.driver.createSchemaBuilder().log();
      expect(upQueries.map(({ query }) => query)).toEqual([]);
    });

    it("have Mastodon's indexes", async () => {
      const rows = await test().database.query<{ indexdef: string }>(
        `SELECT regexp_replace(indexdef, 'INDEX \\S+ ON (?:\\S+\\.)?(\\S+) USING btree', 'INDEX ON \\1') AS indexdef FROM pg_indexes
        WHERE schemaname = current_schema() AND tablename <> 'migrations' AND indexname NOT LIKE '%pkey' ORDER BY 1`,
      );
      expect(rows.map(({ indexdef }) => indexdef.replace('CREATE ', '').replace('INDEX ON ', ''))).toEqual(
        [
          'custom_filter_keywords (custom_filter_id)',
          'custom_filter_statuses (custom_filter_id)',
          'custom_filter_statuses (status_id)',
          'custom_filters (account_id)',
          'blocks (target_account_id)',
          'lists (account_id)',
          'mutes (target_account_id)',
          'users (account_id)',
          'UNIQUE account_domain_blocks (account_id, domain)',
          'UNIQUE blocks (account_id, target_account_id)',
          'UNIQUE mutes (account_id, target_account_id)',
          'UNIQUE oauth_access_tokens (token)',
          'UNIQUE settings (var)',
        ].sort((one, other) => Number(one.startsWith('U')) - Number(other.startsWith('U')) || (one < other ? -1 : 1)),
      );
    });

    it('keep ids as strings, timestamps in UTC whatever the time zone, and arrays', async () => {
      await test().clear();
      const { owner } = test();
      const moment = new Date('2024-06-30T23:59:59.123Z');
      await owner.getRepository(AccountEntity).save({ id: large, username: 'demo' });
      await owner
        .getRepository(UserEntity)
        .save({ id: '1', accountId: large, confirmedAt: moment, chosenLanguages: ['en', 'zh-TW'] });
      await owner.getRepository(MuteEntity).save({ accountId: large, targetAccountId: '5', expiresAt: moment });
      await owner.getRepository(CustomFilterEntity).save({ accountId: large, title: 'cats', context: ['home'] });

      expect(await owner.getRepository(AccountEntity).find()).toEqual([
        { id: large, username: 'demo', domain: null, suspendedAt: null, memorial: false, requestedDeletionAt: null },
      ]);
      expect(await owner.getRepository(UserEntity).findOneByOrFail({ accountId: large })).toEqual({
        id: '1',
        accountId: large,
        disabled: false,
        approved: true,
        confirmedAt: moment,
        chosenLanguages: ['en', 'zh-TW'],
        roleId: null,
      });
      expect(await owner.getRepository(CustomFilterEntity).find()).toEqual([
        { id: '2', accountId: large, title: 'cats', context: ['home'], action: 0, expiresAt: null },
      ]);
      const texts = await test().database.query('SELECT expires_at::text AS text FROM mutes');
      expect(texts).toEqual([{ text: '2024-06-30 23:59:59.123' }]);
    });

    it('set the time of creation in UTC', async () => {
      await test().clear();
      await test().owner.getRepository(AccessTokenEntity).insert({ token: 'new' });
      const { createdAt } = await test().owner.getRepository(AccessTokenEntity).findOneByOrFail({ token: 'new' });
      expect(Math.abs(createdAt.getTime() - Date.now())).toBeLessThan(600_000);
    });
  });
}
