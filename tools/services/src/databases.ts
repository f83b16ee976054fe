import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** Databases on one server, made for tests. */
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

/** Creates databases through this URL, whose user must be allowed to. */
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
    // The query that was under way fails, too, and says so.
  });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Where the server that answers keeps its data, by which it can be told from another one; `undefined` if none does. */
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
