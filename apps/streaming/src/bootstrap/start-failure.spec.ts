import { describe, expect, it } from 'vitest';
import { readSettings, SettingsError } from './settings.js';
import { startFailure } from './start-failure.js';

const settings = readSettings({ FEDISTREAM_DATA_DIR: '/data' });

describe('why a start has failed', () => {
  it('is told in the words of whoever found the wrong setting', () => {
    expect(startFailure(new SettingsError('PORT="1": must be free'), settings)).toBe('PORT="1": must be free');
  });

  it('names the setting of a directory that cannot be used', () => {
    const failure = Object.assign(new Error('must be empty'), { directory: '/data/database' });
    expect(startFailure(failure, settings)).toBe('FEDISTREAM_DATA_DIR="/data": must be empty');
  });

  it('is told with its stack when it is no setting, for whoever has to mend the program', () => {
    expect(startFailure(new TypeError('streams is not iterable'), settings)).toMatch(
      /^Cannot start: TypeError: streams is not iterable\n {4}at .*start-failure\.spec/,
    );
    expect(startFailure('nothing', settings)).toBe('Cannot start: nothing');
  });

  it('never shows a secret, whoever has put it into the reason', () => {
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
