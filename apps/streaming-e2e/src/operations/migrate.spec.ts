import { execFile } from 'node:child_process';
import { join } from 'node:path';

import { databasesOn } from '@fedistream/services';
import { Client } from 'pg';
import { describe, expect, inject, it } from 'vitest';

const program = join(import.meta.dirname, '..', '..', '..', 'streaming', 'dist', 'migrate.js');

/** How the command ends, with what it has written. */
function runMigrate(url: string): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, DATABASE_URL: url };
    execFile(process.execPath, [program], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('npm run migrate', () => {
  it('creates the tables of an empty database, and changes nothing the second time', async () => {
    const databases = databasesOn(inject('postgresUrl'));
    const url = await databases.createDatabase();
    try {
      expect(await runMigrate(url)).toMatchObject({ code: 0, stderr: '' });
      await query(url, "INSERT INTO accounts (id, username) VALUES (1, 'ada')");
      expect(await runMigrate(url)).toMatchObject({ code: 0, stderr: '' });
      expect(await query(url, 'SELECT username FROM accounts')).toEqual([{ username: 'ada' }]);
    } finally {
      await databases.dropDatabases();
    }
  });

  it('leaves a database with tables of another origin as it is, and says why in one line', async () => {
    const databases = databasesOn(inject('postgresUrl'));
    const url = await databases.createDatabase();
    try {
      await query(url, 'CREATE TABLE oauth_access_tokens (id bigint)');
      const { code, stderr } = await runMigrate(url);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^DATABASE_URL: no tables were created: .*other software.*\n$/);
      const tables = await query(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
      expect(tables).toEqual([{ tablename: 'oauth_access_tokens' }]);
    } finally {
      await databases.dropDatabases();
    }
  });

  it.each([
    ['no URL', ''],
    ['an unreachable server', 'postgres://ada:hunter2@127.0.0.1:1/none'],
    ['a URL of another kind', 'mysql://ada:hunter2@127.0.0.1/none'],
  ])('refuses %s with one line that shows no password', async (_, url) => {
    const { code, stdout, stderr } = await runMigrate(url);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^DATABASE_URL.*\n$/);
    expect(stderr).not.toContain('hunter2');
  });
});
