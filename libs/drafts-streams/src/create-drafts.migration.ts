import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';

/** The team's own table. */
export class CreateDrafts1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'drafts',
        columns: [
          { name: 'id', type: 'bigint', isPrimary: true },
          { name: 'account_id', type: 'bigint' },
          { name: 'kind', type: 'text' },
          { name: 'unread', type: 'boolean', default: 'false' },
        ],
        indices: [{ name: 'index_drafts_on_account_id', columnNames: ['account_id'] }],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('drafts');
  }
}
