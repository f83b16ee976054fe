import { migrate } from '@fedistream/database';
import { replicationSettings } from '@fedistream/services';
import { afterEach, describe, expect, it } from 'vitest';

import { Fixtures, ownPostgres, Server, until } from '../support/index.js';
import { expectAudience } from './delivery.js';
import { everyRow } from './row.js';

describe.runIf(everyRow)('a server on a hot standby of PostgreSQL', () => {
  const atEnd: (() => unknown)[] = [];

  afterEach(async () => {
    for (const end of atEnd.splice(0).reverse()) {
      await end();
    }
  });

  it('reads its tables there, before the standby is promoted and afterwards', async (test) => {
    const options = { from: ['system', 'debian'] as const, settings: replicationSettings };
    const primary = await ownPostgres(test, options);
    atEnd.push(() => primary.stop());
    const url = await primary.createDatabase();
    await migrate(url);
    const fixtures = new Fixtures(url);
    atEnd.push(() => fixtures.close());
    const standby = await ownPostgres(test, { ...options, standbyOf: primary });
    atEnd.push(() => standby.stop());
    const standbyUrl = url.replace(`:${primary.port}/`, `:${standby.port}/`);
    const copied = new Fixtures(standbyUrl);
    atEnd.push(() => copied.close());
    expect(await copied.sql('SELECT pg_is_in_recovery() AS answer')).toEqual([{ answer: true }]);

    const server = await Server.start({ BROKER: 'memory', DATABASE_URL: standbyUrl });
    atEnd.push(() => server.stop());
    await expectAudience(server, server.publisher, fixtures, {
      async afterWriting() {
        const [position] = await fixtures.sql('SELECT pg_current_wal_insert_lsn()::text AS lsn');
        await until('the standby has what was written', async () => {
          const [row] = await copied.sql('SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS answer', [
            position?.['lsn'],
          ]);
          return row?.['answer'] === true;
        });
      },
    });

    await primary.control.stop();
    await copied.sql('SELECT pg_promote()');
    await expectAudience(server, server.publisher, copied);
    expect(server.logSoFar.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });
});
