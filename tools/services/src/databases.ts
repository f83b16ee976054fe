import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** Creates and drops the databases of tests on one server. */
export interface Databases {
  /**
   * Creates a database and returns its URL. It lives until {@link dropDatabases}.
   *
   * @param template the URL of a database to copy; it must have no connections
   */
  readonly createDatabase: (template?: string) => Promise<string>;
  /** Drops the created databases and closes their connections. */
  readonly dropDatabases: () => Promise<void>;
}

/** Databases on the server of this URL, whose user MUST be allowed to create databases. */
export function databasesOn(url: string): Databases {
  const created: string[] = [];
  return {
    async createDatabase(template) {
      const name = `fedistream_${randomBytes(6).toString('hex')}`;
      const copy = template === undefined ? '' : ` TEMPLATE ${pg.escapeIdentifier(databaseOf(template))}`;
      await execute(url, `CREATE DATABASE ${name}${copy}`);
      created.push(name);
      return urlWith(url, name);
    },
    async dropDatabases() {
      for (const name of created.splice(0)) {
        await execute(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      }
    },
  };
}

async function execute(url: string, sql: string): Promise<pg.QueryResult<Record<string, unknown>>> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {
    // The running query rejects with the same error.
  });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}

/** The data directory of the server at this URL, which identifies the server; `undefined` if no server answers. */
export async function dataDirectory(url: string): Promise<unknown> {
  return execute(url, 'SHOW data_directory').then(
    ({ rows }) => rows[0]?.['data_directory'],
    () => undefined,
  );
}

function databaseOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1));
}

function urlWith(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}
