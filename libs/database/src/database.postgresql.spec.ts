import { randomBytes } from 'node:crypto';
import { viewerSetOf } from '@fedistream/audience/testing';
import { parseScopes } from '@fedistream/domain';
import { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { SqlAudienceStore } from './audience/sql-audience-store.js';
import { SqlLists } from './auth/sql-lists.js';
import { connectionOptions } from './connection/connection-options.js';
import { dataSourceOptions } from './connection/data-source-options.js';
import { Database } from './connection/database.js';
import { UserEntity } from './schema/entities/index.js';
import { migrate } from './schema/migrate.js';
import { databaseContract, TcpProxy, TestDatabase } from './testing/database.contract.js';

process.env['TZ'] = 'Asia/Kathmandu';

const viewer = { accountId: '1', userId: '2', tokenId: '3', scopes: parseScopes('read') };
const given = process.env['DATABASE_URL'];

/** Runs on the server of `DATABASE_URL`, with a database and a role of its own. */
describe.skipIf(given === undefined)('PostgreSQL', () => {
  const name = `fedistream_${randomBytes(6).toString('hex')}`;
  const reader = `${name}_reader`;
  let admin: DataSource;
  let test: TestDatabase;
  let readerUrl: string;

  const source = (url: string) => {
    const [attempt] = connectionOptions({ kind: 'postgresql', url: `${url}?sslmode=disable` }).attempts;
    return new DataSource(dataSourceOptions({ ...attempt?.parameters }, { poolSize: 1 })).initialize();
  };
  const urlOf = (database: string, user?: string) => {
    const url = new URL(given ?? '');
    url.pathname = database;
    if (user !== undefined) {
      url.username = user;
      url.password = 'secret';
    }
    return url.href;
  };

  beforeAll(async () => {
    admin = await source(given ?? '');
    await admin.query(`CREATE DATABASE ${name}`);
    await admin.query(`ALTER DATABASE ${name} SET timezone TO 'America/St_Johns'`);
    await admin.query(`CREATE ROLE ${reader} LOGIN PASSWORD 'secret'`);
    await migrate(urlOf(name));
    const owner = await source(urlOf(name));
    await owner.query(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${reader}`);
    readerUrl = urlOf(name, reader);
    test = new TestDatabase(await Database.open({ kind: 'postgresql', url: readerUrl }), owner);
  });

  afterAll(async () => {
    await test.database.onApplicationShutdown();
    await test.owner.destroy();
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.query(`DROP ROLE ${reader}`);
    await admin.destroy();
  });

  describe('Database', () => {
    let toServer: TcpProxy | undefined;
    let database: Database | undefined;

    afterEach(async () => {
      await toServer?.refuse();
      await database?.onApplicationShutdown();
    });

    it('cannot write with a role that may only SELECT', async () => {
      await expect(test.database.query('DELETE FROM blocks')).rejects.toThrow('permission denied');
    });

    it('connects on first use, and finds a server that was down at the start', async () => {
      toServer = await TcpProxy.to(readerUrl);
      await toServer.refuse();
      database = await Database.open({ kind: 'postgresql', url: toServer.url });
      expect(database.pool).toEqual({ total: 0, idle: 0, waiting: 0 });
      await expect(database.query('SELECT 1 AS one')).rejects.toThrow();
      expect(database.up).toBe(false);
      await toServer.accept();
      expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(database.up).toBe(true);
      await expect(database.query('SELECT 1 / 0')).rejects.toThrow('division by zero');
      expect(database.up).toBe(true);
    });

    it('reconnects after busy and idle connections were lost', async () => {
      toServer = await TcpProxy.to(readerUrl);
      database = await Database.open({ kind: 'postgresql', url: toServer.url, poolSize: 3 });
      const inUse = database.query('SELECT pg_sleep(60)');
      await Promise.all([database.query('SELECT 1'), database.query('SELECT 1')]);
      await toServer.refuse();
      await expect(inUse).rejects.toThrow();
      await expect(database.query('SELECT 1')).rejects.toThrow();
      await toServer.accept();
      const found = await afterDeadConnections(database, 3);
      expect(found).toEqual([{ one: 1 }]);
    });

    it('reconnects when the server has terminated its backend', async () => {
      database = await Database.open({ kind: 'postgresql', url: readerUrl, poolSize: 1 });
      const [backend] = await database.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await test.execute('SELECT pg_terminate_backend($1)', [backend?.pid]);
      await afterDeadConnections(database, 1);
      const [other] = await database.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      expect(other?.pid).not.toBe(backend?.pid);
    });

    it('gives up connecting to a server that accepts the connection but does not answer', async () => {
      toServer = await TcpProxy.to(readerUrl);
      toServer.hang();
      database = await Database.open({ kind: 'postgresql', url: toServer.url, connectTimeoutMs: 500 });
      await expect(database.query('SELECT 1')).rejects.toThrow('timeout');
      await toServer.accept();
      expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });

    it('closes the connection of a statement that timed out, and uses another for the next one', async () => {
      database = await Database.open({ kind: 'postgresql', url: readerUrl, poolSize: 1, queryTimeoutMs: 500 });
      await expect(database.query('SELECT pg_sleep(60)')).rejects.toThrow('timeout');
      expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });

    it('cancels timed-out statements that wait for a lock: there are never more backends than connections in the pool', async () => {
      const open = await Database.open({ kind: 'postgresql', url: readerUrl, poolSize: 3, queryTimeoutMs: 500 });
      database = open;
      const backends = async () => {
        const [row] = await admin.query<{ count: number }[]>(
          'SELECT count(*)::int FROM pg_stat_activity WHERE datname = $1 AND usename = $2',
          [name, reader],
        );
        return row?.count ?? 0;
      };
      await test.database.onApplicationShutdown();
      await test.execute('BEGIN');
      await test.execute('LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
      for (let round = 0; round < 8; round++) {
        await Promise.allSettled([
          open.query('SELECT count(*) FROM users'),
          open.lookup((statements) => statements.query('SELECT count(*) FROM users')),
          open.find(UserEntity, (users) => users.count()),
        ]);
      }
      await vi.waitFor(async () => {
        expect(await backends()).toBeLessThanOrEqual(3);
      });
      await test.execute('COMMIT');
      test = new TestDatabase(await Database.open({ kind: 'postgresql', url: readerUrl }), test.owner);
    });

    it('repeats a statement whose plan no longer fits its table', async () => {
      database = await Database.open({ kind: 'postgresql', url: readerUrl, poolSize: 1 });
      await test.execute('CREATE TABLE changing AS SELECT 1 AS a');
      await test.execute(`GRANT SELECT ON changing TO ${reader}`);
      for (let time = 0; time < 6; time++) {
        expect(await database.query('SELECT * FROM changing')).toEqual([{ a: 1 }]);
      }
      await test.execute('ALTER TABLE changing ADD COLUMN b int DEFAULT 2');
      expect(await database.query('SELECT * FROM changing')).toEqual([{ a: 1, b: 2 }]);
      expect(await database.query('SELECT * FROM changing')).toEqual([{ a: 1, b: 2 }]);
      expect(database.up).toBe(true);
      await test.execute('DROP TABLE changing');
    });

    it('is down while its role may not read a table that the server needs', async () => {
      database = await Database.open({ kind: 'postgresql', url: readerUrl, poolSize: 1 });
      await test.execute(`REVOKE SELECT ON lists FROM ${reader}`);
      await expect(database.query('SELECT FROM lists')).rejects.toThrow('permission denied');
      await database.query('SELECT FROM users');
      expect(database.up).toBe(false);
      await test.execute(`GRANT SELECT ON lists TO ${reader}`);
      await database.query('SELECT FROM lists');
      expect(database.up).toBe(true);
    });

    it('connects to the next of several servers when one is unreachable or lost', async () => {
      toServer = await TcpProxy.to(readerUrl);
      const [own, direct] = [toServer.url, readerUrl].map((url) => new URL(url).host);
      const servers = (hosts: string, more = '') => readerUrl.replace(/@[^/]*/, `@${hosts}`) + more;
      database = await Database.open({ kind: 'postgresql', url: servers(`127.0.0.1:1,${own},${direct}`) });
      expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
      await toServer.refuse();
      toServer = undefined;
      await vi.waitFor(async () => {
        expect(await database?.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
      });
    });

    it('connects only to a server with the attributes of target_session_attrs', async () => {
      const url = (wanted: string) => `${readerUrl}?target_session_attrs=${wanted}`;
      database = await Database.open({ kind: 'postgresql', url: url('standby') });
      await expect(database.query('SELECT 1')).rejects.toThrow('is not standby');
      await database.onApplicationShutdown();
      for (const wanted of ['primary', 'read-write', 'prefer-standby']) {
        database = await Database.open({ kind: 'postgresql', url: url(wanted) });
        expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
        await database.onApplicationShutdown();
      }
    });

    it('has a free connection for connecting clients, however many look-ups wait', async () => {
      database = await Database.open({ kind: 'postgresql', url: readerUrl, poolSize: 4, queryTimeoutMs: 20_000 });
      const open = database;
      await test.execute('SELECT pg_advisory_lock(7)');
      const waiting = Array.from({ length: 30 }, () =>
        open.lookup((statements) => statements.query('SELECT pg_advisory_xact_lock(7)')),
      );
      expect(await open.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(open.pool.waiting).toBe(28);
      await test.execute('SELECT pg_advisory_unlock(7)');
      await Promise.all(waiting);
      expect(open.pool.waiting).toBe(0);
    });

    it('has a free connection for connecting clients, however many lists are looked up', async () => {
      database = await Database.open({ kind: 'postgresql', url: readerUrl, poolSize: 4, queryTimeoutMs: 20_000 });
      await database.query('SELECT');
      const lists = new SqlLists(database);
      await test.execute('BEGIN');
      await test.execute('LOCK TABLE lists IN ACCESS EXCLUSIVE MODE');
      const waiting = Array.from({ length: 5_000 }, (_, id) => lists.ownedBy(viewer, `${id}`));
      expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(database.pool).toMatchObject({ total: 2, idle: 1, waiting: 0 });
      await test.execute('COMMIT');
      expect(new Set(await Promise.all(waiting))).toEqual(new Set([false]));
    });

    it('does not send a look-up whose deadline has nearly passed', async () => {
      const queryTimeoutMs = 500;
      database = await Database.open({ kind: 'postgresql', url: readerUrl, poolSize: 3, queryTimeoutMs });
      const open = database;
      const lookup = vi.fn(() => new Promise((resolve) => setTimeout(resolve, 3 * queryTimeoutMs)));
      const waiting = await Promise.allSettled(Array.from({ length: 50 }, () => open.lookup(lookup)));
      // There is one turn at a time: by the end of the first, the deadline of the others has nearly passed.
      expect(lookup.mock.calls.length).toBeLessThan(5);
      expect(waiting.filter(({ status }) => status === 'rejected')).toHaveLength(50);
      expect(open.pool.waiting).toBe(0);
      expect(await open.lookup((statements) => statements.query('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
    });

    const preparedOn = async (on: Database) => {
      await on.query('SELECT 1 AS one');
      return (await on.query('SELECT FROM pg_prepared_statements')).length;
    };

    it('prepares statements on a direct connection to the server', async () => {
      database = await Database.open({ kind: 'postgresql', url: readerUrl, poolSize: 1 });
      expect(await preparedOn(database)).toBe(2);
    });

    it.each([
      [3, "SELECT 'block'%"],
      [100, 'SELECT kind%'],
    ])('plans the statement about a status and %i viewers once, not for each status', async (count, text) => {
      await test.execute(`INSERT INTO blocks (account_id, target_account_id)
        SELECT s, 1000 + s % 1000 FROM generate_series(1, 20000) s`);
      await test.execute('ANALYZE blocks');
      database = await Database.open({ kind: 'postgresql', url: readerUrl, poolSize: 1 });
      const store = new SqlAudienceStore(database);
      const viewers = viewerSetOf(Array.from({ length: count }, (_, index) => `${5 + index}`));
      for (let author = 1_000; author < 1_020; author++) {
        const accountIds = [`${author}`];
        await store.facts({ viewers, authorIds: [`${author}`], accountIds, domains: [], language: 'en' });
      }
      const [plans] = await database.query(
        `SELECT sum(custom_plans)::int AS special, sum(generic_plans)::int AS general
        FROM pg_prepared_statements WHERE statement LIKE $1`,
        [text],
      );
      // PostgreSQL always plans for the values at hand the first five times.
      expect(plans).toEqual({ special: 5, general: 15 });
      await test.clear();
    });

    it('prepares no statements behind a pooler, or with preparedStatements: false', async () => {
      toServer = await TcpProxy.to(readerUrl);
      toServer.actAsPooler();
      database = await Database.open({ kind: 'postgresql', url: toServer.url, poolSize: 1 });
      expect(await preparedOn(database)).toBe(0);
      const settings = { kind: 'postgresql', url: readerUrl, poolSize: 1, preparedStatements: false } as const;
      const other = await Database.open(settings);
      expect(await preparedOn(other)).toBe(0);
      await other.onApplicationShutdown();
    });

    it('repeats a statement whose prepared statement is gone, and prepares none afterwards', async () => {
      database = await Database.open({ kind: 'postgresql', url: readerUrl, poolSize: 1 });
      expect(await preparedOn(database)).toBe(2);
      await database.query('DEALLOCATE ALL');
      expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(await preparedOn(database)).toBe(0);
    });

    it.each(['disable', 'allow', 'prefer'] as const)(
      'connects with sslmode %s to a server without TLS',
      async (sslMode) => {
        database = await Database.open({ kind: 'postgresql', url: `${readerUrl}?sslmode=${sslMode}` });
        expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
      },
    );

    it.each(['require', 'verify-ca', 'verify-full', 'no-verify'] as const)(
      'refuses to connect with sslmode %s to a server without TLS',
      async (sslMode) => {
        database = await Database.open({ kind: 'postgresql', url: `${readerUrl}?sslmode=${sslMode}` });
        await expect(database.query('SELECT 1')).rejects.toThrow('does not support SSL');
      },
    );
  });

  describe('migrate', () => {
    it('fails on a database with other tables, and changes nothing', async () => {
      await admin.query(`CREATE DATABASE ${name}_mastodon`);
      const mastodon = await source(urlOf(`${name}_mastodon`));
      try {
        await mastodon.query('CREATE TABLE users (id bigint)');
        await expect(migrate(urlOf(`${name}_mastodon`))).rejects.toThrow('"users" already exists');
        const tables: unknown = await mastodon.query(
          `SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations'`,
        );
        expect(tables).toEqual([{ tablename: 'users' }]);
      } finally {
        await mastodon.destroy();
        await admin.query(`DROP DATABASE ${name}_mastodon WITH (FORCE)`);
      }
    });
  });

  databaseContract(() => test);
});

/** Retries once for each connection of the pool, because each lost connection fails its next statement. */
async function afterDeadConnections(database: Database, poolSize: number): Promise<object[]> {
  for (let dead = 0; dead < poolSize; dead++) {
    try {
      return await database.query('SELECT 1 AS one');
    } catch {
      // A lost connection; the pool has removed it.
    }
  }
  return database.query('SELECT 1 AS one');
}
