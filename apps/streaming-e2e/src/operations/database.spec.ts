import { randomBytes } from 'node:crypto';
import { databasesOn, type Databases } from '@fedistream/services';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';

import {
  httpRequest,
  authorization,
  eventStream,
  Fixtures,
  mentionOf,
  publishEvent,
  receivedBeforeFence,
  Server,
  statusBy,
  streamingPath,
  transports,
  untilMetric,
  type Viewer,
  TableLock,
} from '../support/index.js';

const publicStream = { stream: 'public', channel: 'timeline:public' };

/** An account that is in no table. */
const stranger = { id: '7', username: 'ada', domain: 'remote.example', acct: 'ada@remote.example' };

describe('a server on an existing database', () => {
  let databases: Databases;
  let url: string;
  let fixtures: Fixtures;
  let viewer: Viewer;
  let server: Server | undefined;

  beforeAll(() => {
    databases = databasesOn(inject('postgresUrl'));
  });

  afterAll(async () => {
    await databases.dropDatabases();
  });

  /** A new database with a viewer, in exactly Mastodon's schema. */
  async function open(): Promise<void> {
    url = await databases.createDatabase(inject('templateUrl'));
    fixtures = new Fixtures(url);
    await fixtures.sql('DROP TABLE migrations');
    viewer = await fixtures.viewer();
  }

  afterEach(async () => {
    await server?.stop();
    server = undefined;
    await fixtures.close();
  });

  /** Expects that a client receives a status, and none by a muted author. This needs every statement of the audience. */
  async function expectService(running: Server): Promise<void> {
    const [author, muted] = [await fixtures.account({ domain: 'remote.example' }), await fixtures.account()];
    await fixtures.mute(viewer.account, muted);
    await fixtures.blockDomain(viewer.account, 'blocked.example');
    const list = await fixtures.list(viewer.account);
    for (const transport of transports) {
      const client = await transport.open(running, running.publisher, { token: viewer.token, ...publicStream });
      const status = statusBy(author, { mentions: [mentionOf(viewer.account)] });
      await publishEvent(running.publisher, publicStream.channel, 'update', statusBy(muted));
      await publishEvent(running.publisher, publicStream.channel, 'update', status);
      const recorded = await receivedBeforeFence(client, running.publisher, publicStream.channel);
      expect(recorded.map(({ payload = '' }) => JSON.parse(payload) as unknown)).toMatchObject([{ id: status.id }]);
      await client.close();
    }
    const wanted = { token: viewer.token, stream: 'list', params: { list }, channel: `timeline:list:${list}` };
    const client = await eventStream.open(running, running.publisher, wanted);
    expect(await receivedBeforeFence(client, running.publisher, wanted.channel)).toEqual([]);
    await client.close();
  }

  it('finds it by DB_HOST and the other DB_ variables as well as by DATABASE_URL', async () => {
    await open();
    const { hostname, port, username, password, pathname } = new URL(url);
    server = await Server.start({
      BROKER: 'memory',
      DB_HOST: hostname,
      DB_PORT: port === '' ? '5432' : port,
      DB_USER: decodeURIComponent(username),
      DB_PASS: decodeURIComponent(password),
      DB_NAME: pathname.slice(1),
      DB_SSLMODE: 'prefer',
      DB_POOL: '3',
    });
    await expectService(server);
  });

  it('opens at most DB_POOL connections; further clients wait', async () => {
    await open();
    const running = (server = await Server.start({ BROKER: 'memory', DATABASE_URL: url, DB_POOL: '3' }));
    const knock = ({ token }: { readonly token: string }) =>
      httpRequest(running.url(`${streamingPath}/user`), { method: 'HEAD', headers: authorization({ token }) });
    // The first request makes the server inspect the tables.
    expect((await knock(viewer)).status).toBe(200);
    const tokens = [];
    for (let client = 0; client < 4; client++) {
      tokens.push(await fixtures.token(viewer.user));
    }
    const lock = await TableLock.take({ env: { DATABASE_URL: url } }, 'oauth_access_tokens');
    // One after the other, since simultaneous lookups share a statement.
    const answers: ReturnType<typeof knock>[] = [];
    for (const token of tokens.slice(0, 3)) {
      answers.push(knock(token));
      await lock.untilBlocked(answers.length);
    }
    answers.push(...tokens.slice(3).map(knock));
    await untilMetric(running, 'pg_pool_waiting_queries', {}, 1);
    await untilMetric(running, 'pg_pool_total_connections', {}, 3);
    expect(await lock.blockedStatements()).toBe(3);
    await lock.release();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(answers.map(() => 200));
  });

  it('needs only SELECT privileges, and writes nothing', async (test) => {
    await open();
    const role = `reader_${randomBytes(4).toString('hex')}`;
    const password = randomBytes(8).toString('hex');
    try {
      await fixtures.sql(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
    } catch (error) {
      test.skip((error as { code?: string }).code === '42501', 'the user of DATABASE_URL may not create roles');
      throw error;
    }
    await fixtures.sql(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`);
    const restricted = new URL(url);
    restricted.username = role;
    restricted.password = password;
    try {
      server = await Server.start({ BROKER: 'memory', DATABASE_URL: restricted.href });
      await expectService(server);
      await server.stop();
    } finally {
      await fixtures.sql(`DROP OWNED BY ${role}`);
      await fixtures.sql(`DROP ROLE ${role}`);
    }
  });

  it('changes no table, row, sequence or migration, even as its owner', async () => {
    await open();
    const before = await content();
    server = await Server.start({ BROKER: 'memory', DATABASE_URL: url });
    const client = await eventStream.open(server, server.publisher, { token: viewer.token, ...publicStream });
    await publishEvent(server.publisher, publicStream.channel, 'update', statusBy(stranger));
    expect(await receivedBeforeFence(client, server.publisher, publicStream.channel)).toHaveLength(1);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    await client.ended;
    expect(await content()).toEqual(before);
    expect(before.relations).not.toContain('migrations');
  });

  /** All rows, each with the transaction that last changed it. */
  async function content() {
    const relations = await fixtures.sql(
      `SELECT relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY relname`,
    );
    const rows = [];
    for (const { relname } of relations.filter(({ relkind }) => relkind === 'r')) {
      rows.push(
        await fixtures.sql(
          `SELECT '${String(relname)}' AS relation, xmin, xmax, ctid, t::text FROM ${String(relname)} t`,
        ),
      );
    }
    return { relations: relations.map(({ relname }) => relname), rows };
  }

  it('works without the columns and tables that an older Mastodon lacks', async () => {
    await open();
    await fixtures.sql('ALTER TABLE accounts DROP COLUMN requested_deletion_at, DROP COLUMN memorial');
    await fixtures.sql('ALTER TABLE mutes DROP COLUMN expires_at');
    await fixtures.sql('ALTER TABLE users DROP COLUMN role_id, DROP COLUMN approved');
    await fixtures.sql('ALTER TABLE custom_filters DROP COLUMN action');
    await fixtures.sql('DROP TABLE user_roles, custom_filter_keywords, custom_filter_statuses');
    server = await Server.start({ BROKER: 'memory', DATABASE_URL: url });
    const author = await fixtures.account();
    const muted = await fixtures.account();
    await fixtures.sql('INSERT INTO mutes (id, account_id, target_account_id) VALUES (1, $1, $2)', [
      viewer.account.id,
      muted.id,
    ]);
    const client = await eventStream.open(server, server.publisher, { token: viewer.token, ...publicStream });
    const status = statusBy(author);
    await publishEvent(server.publisher, publicStream.channel, 'update', statusBy(muted));
    await publishEvent(server.publisher, publicStream.channel, 'update', status);
    const recorded = await receivedBeforeFence(client, server.publisher, publicStream.channel);
    expect(recorded.map(({ payload = '' }) => JSON.parse(payload) as unknown)).toMatchObject([
      { id: status.id, filtered: [] },
    ]);
  });
});
