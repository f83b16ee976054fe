import { describe, expect, it } from 'vitest';
import { SettingsError, type EnvironmentTexts } from './environment/environment.js';
import { readSettings } from './settings.js';
import { certificate, key, useDirectory } from './testing/pem.js';

const files = useDirectory();
const databaseOf = (environment: EnvironmentTexts) => readSettings({ BROKER: 'memory', ...environment }).database;
const url = 'postgres://u:hunter2@db/mastodon';

describe('the settings of PostgreSQL', () => {
  it('are DATABASE_URL alone: other variables beside it are neither read nor validated', () => {
    const leftovers = {
      DB_HOST: 'elsewhere',
      DB_PORT: 'tcp://10.96.0.9:5432',
      DB_USER: 'x',
      DB_NAME: 'y',
      DB_SSLMODE: 'on',
    };
    expect(databaseOf({ ...leftovers, DATABASE_URL: url })).toEqual({ kind: 'postgresql', url, poolSize: 10 });
  });

  it('take DB_PASS for a DATABASE_URL without password', () => {
    const environment = { DATABASE_URL: 'postgres://u@db/mastodon', DB_PASS: 'correct horse', DB_POOL: '7' };
    expect(databaseOf(environment)).toMatchObject({
      url: 'postgres://u@db/mastodon',
      password: 'correct horse',
      poolSize: 7,
    });
  });

  it('are the DB_ variables without DATABASE_URL', () => {
    expect(
      databaseOf({
        DB_HOST: '[::1]',
        DB_PORT: '5433',
        DB_USER: 'streaming',
        DB_PASS: 'hunter2',
        DB_NAME: 'mastodon',
        DB_SSLMODE: 'verify-full',
        PREPARED_STATEMENTS: 'false',
      }),
    ).toEqual({
      kind: 'postgresql',
      host: '::1',
      port: 5433,
      user: 'streaming',
      password: 'hunter2',
      name: 'mastodon',
      sslMode: 'verify-full',
      poolSize: 10,
      preparedStatements: false,
    });
  });

  it.each([
    ['production', {}, 'mastodon_production', 'localhost'],
    ['production', { DB_HOST: 'db' }, 'mastodon_production', 'db'],
    ['development', { DB_HOST: 'db' }, 'mastodon_development', 'db'],
    ['', { DB_USER: 'mastodon' }, 'mastodon_development', 'localhost'],
  ])('have Mastodon’s defaults: with NODE_ENV=%j and %j database %s on %s', (NODE_ENV, given, name, host) => {
    expect(databaseOf({ NODE_ENV, ...given })).toEqual({
      kind: 'postgresql',
      host,
      port: 5432,
      user: 'mastodon',
      name,
      sslMode: 'prefer',
      poolSize: 10,
    });
  });

  it.each(['DB_HOST', 'DB_PORT', 'DB_USER', 'DB_PASS', 'DB_NAME'])('are those of PostgreSQL when %s is set', (name) => {
    expect(databaseOf({ [name]: '5432' })).toMatchObject({ kind: 'postgresql' });
  });

  it.each([
    ['false', false],
    ['False', false],
    ['off', false],
    ['no', false],
    ['true', true],
    ['0', true],
    ['', undefined],
  ])('read PREPARED_STATEMENTS=%s as Rails does', (text, expected) => {
    expect(databaseOf({ DB_HOST: 'db', PREPARED_STATEMENTS: text })).toMatchObject(
      expected === undefined ? {} : { preparedStatements: expected },
    );
  });

  it('are those of the embedded database when none is named', () => {
    expect(databaseOf({ FEDISTREAM_DATA_DIR: '/data' })).toEqual({ kind: 'embedded', directory: '/data/database' });
  });

  it('are not read for the embedded database', () => {
    const environment = { DATABASE: 'embedded', DATABASE_URL: 'nonsense', DB_PORT: 'x' };
    expect(databaseOf(environment)).toMatchObject({ kind: 'embedded' });
  });

  it.each([
    'postgres:///mastodon?host=/run/postgresql',
    'postgres://?host=/run/postgresql',
    'postgres://u:p%23%2F%40@h',
    'postgres://[::1]:5432/mastodon',
    'postgres://u:p@one,two/mastodon',
    'postgresql://u:p@one:5432,[::1]:5433,three/mastodon?target_session_attrs=read-write&sslmode=require',
    ...['?sslmode=no-verify', '?application_name=x&sslmode=prefer', '?sslmode=verify-full&sslrootcert=system', ''].map(
      (query) => url + query,
    ),
  ])('accept DATABASE_URL=%s', (value) => {
    expect(databaseOf({ DATABASE_URL: value })).toMatchObject({ url: value });
  });

  it.each([
    ['sslrootcert', certificate, 'certificate'],
    ['sslcert', certificate, 'certificate'],
    ['sslkey', key, 'private key'],
  ])('refuse a DATABASE_URL whose %s cannot be used', (parameter, pem, kind) => {
    const urlWith = (file: string) => `${url}?sslmode=require&${parameter}=${file}`;
    const there = urlWith(files.write('there.pem', pem));
    expect(databaseOf({ DATABASE_URL: there })).toMatchObject({ url: there });
    expect(() => databaseOf({ DATABASE_URL: urlWith(files.path('missing.pem')) })).toThrow(
      new SettingsError(`DATABASE_URL=(not shown): ${parameter} must be a file that can be read`),
    );
    expect(() => databaseOf({ DATABASE_URL: urlWith(files.write('other.pem', 'no PEM')) })).toThrow(
      new SettingsError(`DATABASE_URL=(not shown): ${parameter} must be a PEM file with a ${kind}`),
    );
  });
});
