import { describe, expect, it } from 'vitest';
import { SettingsError } from './environment/environment.js';
import { startFailure } from './start-failure.js';

const environment = { FEDISTREAM_DATA_DIR: '/data' };

describe('the message of a failed start', () => {
  it('is the message of a SettingsError', () => {
    expect(startFailure(new SettingsError('PORT="1": must be free'), environment)).toBe('PORT="1": must be free');
  });

  it('names the setting of a directory that cannot be used', () => {
    const failure = Object.assign(new Error('must be empty'), { directory: '/data/database' });
    expect(startFailure(failure, environment)).toBe('FEDISTREAM_DATA_DIR="/data": must be empty');
  });

  it('has the stack of any other error', () => {
    expect(startFailure(new TypeError('streams is not iterable'), environment)).toMatch(
      /^Cannot start: TypeError: streams is not iterable\n {4}at .*start-failure\.spec/,
    );
    expect(startFailure('nothing', environment)).toBe('Cannot start: nothing');
  });

  it('never shows a secret of the environment', () => {
    const secrets = {
      DATABASE_URL: 'postgres://u:hunter%402@db/d',
      REDIS_URL: 'redis://:s3cr/et@h',
      DB_PASS: 'correct horse',
      REDIS_PASSWORD: 'battery',
      REDIS_SENTINEL_PASSWORD: '',
    };
    for (const part of [
      secrets.DATABASE_URL,
      'hunter%402',
      'hunter@2',
      secrets.REDIS_URL,
      'correct horse',
      'battery',
    ]) {
      const text = startFailure(new TypeError(`cannot use ${part}!`), secrets);
      expect(text).toContain('Cannot start: TypeError: cannot use (not shown)!\n');
      expect(text).not.toContain(part);
      expect(startFailure(part, secrets)).toBe('Cannot start: (not shown)');
    }
  });
});
