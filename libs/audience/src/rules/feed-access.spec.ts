import { describe, expect, it } from 'vitest';
import { isClosedAltogether } from './feed-access.js';

const closed = (yaml: string) =>
  isClosedAltogether(
    new Map([
      ['local_live_feed_access', yaml],
      ['remote_live_feed_access', '--- disabled\n'],
    ]),
    'live-feeds',
  );

describe('a feed', () => {
  it.each([
    '--- disabled\n',
    '--- disabled',
    'disabled',
    'disabled\n',
    '---\ndisabled\n',
    '--- "disabled"\n',
    "--- 'disabled'\n...\n",
    '--- :disabled\n',
    '--- !ruby/symbol disabled\n',
    '--- |-\n  disabled\n',
    '# closed for now\ndisabled',
  ])('is closed by every YAML that means disabled: %j', (yaml) => {
    expect(closed(yaml)).toBe(true);
  });

  it.each([
    '--- public\n',
    '--- authenticated\n',
    '',
    '---\n',
    '--- \n...\n',
    '--- false\n',
    '--- disabled_not\n',
    '--- [disabled]\n',
  ])('is open for any other: %j', (yaml) => {
    expect(closed(yaml)).toBe(false);
  });

  it('is closed when its setting cannot be read', () => {
    expect(closed('--- "disab')).toBe(true);
  });

  it('is open without settings', () => {
    expect(isClosedAltogether(new Map(), 'live-feeds')).toBe(false);
    expect(isClosedAltogether(new Map([['local_live_feed_access', 'disabled']]), 'live-feeds')).toBe(false);
  });

  it('remembers what it read, within bounds', () => {
    for (let round = 0; round < 1_000; round++) {
      expect(closed(`--- disabled # ${round}`)).toBe(true);
      expect(closed(`--- public # ${round}`)).toBe(false);
    }
  });
});
