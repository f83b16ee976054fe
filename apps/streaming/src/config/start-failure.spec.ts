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
});
