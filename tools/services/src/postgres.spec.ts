import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startPostgres, type StartedPostgres } from './postgres.js';

const silent = () => undefined;

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  client.on('error', silent);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('startPostgres', () => {
  let postgres: StartedPostgres;

  beforeAll(async () => {
    postgres = await startPostgres({ progress: silent, settings: { log_statement: 'all' } });
  });

  afterAll(async () => {
    await postgres.stop();
  });

  it('creates a separate database for each call of createDatabase', async () => {
    const one = await postgres.createDatabase();
    const other = await postgres.createDatabase();
    await query(one, 'CREATE TABLE only_here (id bigint)');
    await expect(query(other, 'SELECT * FROM only_here')).rejects.toThrow('does not exist');
  });

  it('creates a copy of a template database', async () => {
    const template = await postgres.createDatabase();
    await query(template, 'CREATE TABLE copied (id bigint)');
    expect(await query(await postgres.createDatabase(template), 'SELECT * FROM copied')).toEqual([]);
  });

  it('applies the given settings, and returns the log', async () => {
    await query(postgres.url, "SELECT 'a statement to be found'");
    expect(postgres.log()).toContain('a statement to be found');
  });

  it('stops while clients are connected, and starts again on the same port with its data', async () => {
    const url = await postgres.createDatabase();
    await query(url, 'CREATE TABLE kept (id bigint)');
    const connected = new pg.Client(url);
    const lost = new Promise((resolve) => connected.on('error', resolve));
    await connected.connect();
    await postgres.control.stop();
    await lost;
    await postgres.control.start();
    expect(await query(url, 'SELECT * FROM kept')).toEqual([]);
  });

  it('does not answer on open connections while it is suspended', async () => {
    const client = new pg.Client({ connectionString: postgres.url, query_timeout: 50 });
    client.on('error', silent);
    await client.connect();
    await postgres.control.suspend();
    await expect(client.query('SELECT 1')).rejects.toThrow('timeout');
    await postgres.control.resume();
    await client.end();
    expect(await query(postgres.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('startPostgres without any source', () => {
  it('rejects, and names the package to install', async () => {
    await expect(startPostgres({ progress: silent, from: [] })).rejects.toThrow(
      /apt-get install postgresql.*DATABASE_URL/s,
    );
  });
});
