import { migrate } from '@fedistream/database';
import type { StartedPostgres } from '@fedistream/services';
import { afterAll, describe, expect, it, type TestContext } from 'vitest';

import { Fixtures, ownPostgres, Server } from '../support/index.js';
import { expectAudience } from './delivery.js';
import { rowsOfThisRun, type FieldRow } from './row.js';

/** What a row is given: the address of a role that must come over TLS, and the certificate's authority. */
interface Given {
  readonly url: string;
  readonly authority: string;
}

interface TlsRow extends FieldRow {
  readonly env: (given: Given) => Readonly<Record<string, string>>;
}

const byUrl = (query: string) => (given: Given) => ({
  DATABASE_URL: `${given.url}?${query.replace('AUTHORITY', encodeURIComponent(given.authority))}`,
});

const byVariables =
  (env: Readonly<Record<string, string>>) =>
  ({ url }: Given) => {
    const { hostname, port, username, pathname } = new URL(url);
    return { DB_HOST: hostname, DB_PORT: port, DB_USER: username, DB_NAME: pathname.slice(1), ...env };
  };

const accepted: readonly TlsRow[] = [
  { name: 'sslmode=verify-full with sslrootcert', env: byUrl('sslmode=verify-full&sslrootcert=AUTHORITY') },
  {
    name: 'sslmode=require with sslrootcert',
    env: byUrl('sslmode=require&sslrootcert=AUTHORITY'),
    onlyInLongForm: true,
  },
  {
    name: 'sslmode=require by the rules of libpq',
    env: byUrl('sslmode=require&uselibpqcompat=true'),
    onlyInLongForm: true,
  },
  { name: 'no DB_SSLMODE, which means prefer', env: byVariables({}), onlyInLongForm: true },
  { name: 'DB_SSLMODE=no-verify', env: byVariables({ DB_SSLMODE: 'no-verify' }), onlyInLongForm: true },
];

const refused: readonly (TlsRow & { readonly says: RegExp })[] = [
  { name: 'sslmode=disable', env: byUrl('sslmode=disable'), says: /no encryption/, onlyInLongForm: true },
  {
    name: 'sslmode=verify-full without the authority',
    env: byUrl('sslmode=verify-full'),
    says: /self-signed/,
    onlyInLongForm: true,
  },
  {
    name: 'DB_SSLMODE=disable',
    env: byVariables({ DB_SSLMODE: 'disable' }),
    says: /no encryption/,
    onlyInLongForm: true,
  },
];

describe('a server on a PostgreSQL that accepts TLS alone', () => {
  let postgres: StartedPostgres | undefined;
  let fixtures: Fixtures | undefined;
  let given: Given;
  let server: Server | undefined;

  async function open(test: TestContext): Promise<Fixtures> {
    if (fixtures === undefined) {
      postgres = await ownPostgres(test, { from: ['system', 'debian'], tls: true });
      const url = await postgres.createDatabase();
      await migrate(url);
      fixtures = new Fixtures(url);
      await fixtures.sql('CREATE ROLE mastodon LOGIN IN ROLE pg_read_all_data');
      given = { url: url.replace(/\/\/\w+@/, '//mastodon@'), authority: postgres.certificate?.certFile ?? '' };
    }
    return fixtures;
  }

  afterAll(async () => {
    await fixtures?.close();
    await postgres?.stop();
  });

  it.for(rowsOfThisRun(accepted))('reads its tables with $name', async ({ env }, test) => {
    const written = await open(test);
    server = await Server.start({ BROKER: 'memory', ...env(given) });
    try {
      await expectAudience(server, server.publisher, written);
    } finally {
      await server.stop();
    }
  });

  it.for(rowsOfThisRun(refused))('cannot connect with $name, and logs why', async ({ env, says }, test) => {
    await open(test);
    const launched = Server.launch({ BROKER: 'memory', ...env(given) });
    try {
      const line = await launched.logged(({ level }) => Number(level) >= 40);
      expect(JSON.stringify(line)).toMatch(says);
    } finally {
      await launched.kill();
    }
  });
});
