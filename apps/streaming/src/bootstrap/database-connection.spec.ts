import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkDatabase } from './check/check-database.js';
import { readSettings } from './settings.js';
import { useDirectory } from './testing/pem.js';
import { RecordingPostgres, type Greeting } from './testing/recording-postgres.js';

const files = useDirectory();
let postgres: RecordingPostgres;

beforeEach(async () => {
  postgres = await RecordingPostgres.start();
});

afterEach(() => {
  postgres.stop();
});

/** Connects with these variables; `PORT` in a value stands for the server's port. */
async function greetingsWith(variables: Readonly<Record<string, string>>): Promise<readonly Greeting[]> {
  const texts: Record<string, string> = { BROKER: 'memory', DATABASE: 'postgresql' };
  for (const [name, value] of Object.entries(variables)) {
    texts[name] = value.replace('PORT', String(postgres.port));
  }
  const { database } = readSettings(texts);
  await checkDatabase(database);
  return postgres.greetings;
}

const byVariables = { DB_HOST: '127.0.0.1', DB_PORT: 'PORT', DB_PASS: 'of DB_PASS' };
const mastodon = { encryption: true, user: 'mastodon', database: 'mastodon_development', password: 'of DB_PASS' };

describe('PostgreSQL is told', () => {
  it.each<[string, Record<string, string>, object]>([
    ['Mastodon’s user and database without DB_USER and DB_NAME', byVariables, mastodon],
    [
      'DB_USER, DB_NAME and DB_PASS',
      { ...byVariables, DB_USER: 'streaming', DB_NAME: 'social' },
      { ...mastodon, user: 'streaming', database: 'social' },
    ],
    [
      'nothing about encryption with DB_SSLMODE=disable',
      { ...byVariables, DB_SSLMODE: 'disable' },
      { ...mastodon, encryption: false },
    ],
    [
      'user, password and database of DATABASE_URL, whatever stands beside it',
      {
        DATABASE_URL: 'postgres://u:p%40@127.0.0.1:PORT/d',
        ...byVariables,
        DB_HOST: 'elsewhere.invalid',
        DB_PORT: '1',
        DB_USER: 'other',
        DB_NAME: 'other',
        DB_SSLMODE: 'verify-full',
      },
      { encryption: true, user: 'u', database: 'd', password: 'p@' },
    ],
    [
      'DB_PASS for a DATABASE_URL without password',
      { DATABASE_URL: 'postgres://u@127.0.0.1:PORT/d', DB_PASS: 'of DB_PASS' },
      { encryption: true, user: 'u', database: 'd', password: 'of DB_PASS' },
    ],
    [
      'DB_PASS for a DATABASE_URL with an empty password',
      { DATABASE_URL: 'postgres://u:@127.0.0.1:PORT/d?sslmode=disable', DB_PASS: 'of DB_PASS' },
      { encryption: false, user: 'u', database: 'd', password: 'of DB_PASS' },
    ],
    [
      'the same when the second host of DATABASE_URL answers',
      { DATABASE_URL: 'postgres://u:p@127.0.0.1:1,127.0.0.1:PORT/d?sslmode=disable' },
      { encryption: false, user: 'u', database: 'd', password: 'p' },
    ],
    [
      'no name of the application, which costs PgBouncer time',
      { ...byVariables, DB_SSLMODE: 'disable' },
      { application_name: undefined },
    ],
    [
      'the options of DATABASE_URL',
      { DATABASE_URL: 'postgres://u:p@127.0.0.1:PORT/d?options=-c%20search_path%3Dm&application_name=a' },
      { options: '-c search_path=m', application_name: 'a' },
    ],
  ])('%s', async (_, variables, expected) => {
    const [greeting] = await greetingsWith(variables);
    const { encryption, password, parameters } = greeting ?? expect.fail('no connection');
    expect({ application_name: undefined, ...parameters, encryption, password }).toMatchObject(expected);
  });

  it.each([
    ['DB_HOST and DB_SSLMODE=require', (directory: string) => ({ DB_HOST: directory, DB_SSLMODE: 'require' })],
    ['DATABASE_URL', (directory: string) => ({ DATABASE_URL: `postgres:///d?host=${directory}&sslmode=verify-full` })],
  ])('nothing about encryption over a unix socket, as with libpq: %s', async (_, variables) => {
    const directory = files.path('');
    const local = await RecordingPostgres.start(join(directory, '.s.PGSQL.5432'));
    const { database } = readSettings({ DATABASE: 'postgresql', BROKER: 'memory', ...variables(directory) });
    await checkDatabase(database);
    local.stop();
    expect(local.greetings).toMatchObject([{ encryption: false }]);
  });
});
