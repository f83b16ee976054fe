import { migrate } from '@fedistream/database';
import { onTestFinished, type TestContext } from 'vitest';

import { openTestEnvironment, ownPostgres, type RedisTestEnvironment } from '../support/index.js';

/** A test environment with its own PostgreSQL, whose log has every statement. */
export interface StatementLogEnvironment {
  readonly environment: RedisTestEnvironment;
  /** The statements that any client sends to PostgreSQL while `work` runs. */
  readonly statementsDuring: (work: () => Promise<unknown>) => Promise<readonly string[]>;
}

/**
 * Opens one for the running test. Skips the test where PostgreSQL's log cannot be read.
 *
 * @param atEnd takes what stops it; by default it is stopped with the test
 */
export async function openWithStatementLog(
  test: TestContext,
  atEnd: (stop: () => Promise<void>) => void = onTestFinished,
): Promise<StatementLogEnvironment> {
  const postgres = await ownPostgres(test, { settings: { log_statement: 'all', log_line_prefix: '' } });
  atEnd(() => postgres.stop());
  const databaseUrl = await postgres.createDatabase();
  await migrate(databaseUrl);
  if (!postgres.log().includes('LOG:  ')) {
    test.skip('needs the log of PostgreSQL');
  }
  const environment = await openTestEnvironment({ databaseUrl });
  atEnd(() => environment.stop());
  return {
    environment,
    statementsDuring: async (work) => {
      const before = postgres.log().length;
      await work();
      return postgres
        .log()
        .slice(before)
        .split(/^(?=LOG: {2})/m)
        .filter((entry) => /^LOG: {2}(statement|execute)/.test(entry));
    },
  };
}
