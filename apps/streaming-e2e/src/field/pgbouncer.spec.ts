import { databasesOn, type Databases } from '@fedistream/services';
import { afterAll, beforeAll, describe, inject, it } from 'vitest';

import { Fixtures, OptionalProgram, Server } from '../support/index.js';
import { expectAudience, expectDelivery } from './delivery.js';
import { startPgBouncer } from './pgbouncer.js';
import { rowsOfThisRun, type FieldRow } from './row.js';

const rows: readonly (FieldRow & { readonly env: Readonly<Record<string, string>> })[] = [
  { name: 'without a setting for it', env: {} },
  {
    name: 'with PREPARED_STATEMENTS=false, as Mastodon advises',
    env: { PREPARED_STATEMENTS: 'false' },
    onlyInLongForm: true,
  },
];

describe('a server on PostgreSQL behind PgBouncer in transaction mode', () => {
  let databases: Databases;
  let directUrl: string;
  let fixtures: Fixtures;
  let pgbouncer: OptionalProgram;

  beforeAll(async () => {
    databases = databasesOn(inject('postgresUrl'));
    directUrl = await databases.createDatabase(inject('templateUrl'));
    fixtures = new Fixtures(directUrl);
    pgbouncer = await OptionalProgram.starting(startPgBouncer(inject('postgresUrl')));
  });

  afterAll(async () => {
    await pgbouncer.stop();
    await fixtures.close();
    await databases.dropDatabases();
  });

  it.for(rowsOfThisRun(rows))('answers each of 20 viewers from her own rows, $name', async ({ env }, test) => {
    const url = new URL(directUrl);
    url.host = `127.0.0.1:${pgbouncer.for(test).port}`;
    const server = await Server.start({ BROKER: 'memory', DATABASE_URL: url.href, ...env });
    try {
      await expectDelivery(server, server.publisher, await fixtures.viewer());
      await expectAudience(server, server.publisher, fixtures, { viewers: 20 });
    } finally {
      await server.stop();
    }
  });
});
