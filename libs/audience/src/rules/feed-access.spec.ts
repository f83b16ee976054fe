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

describe('a feed whose remote half is closed', () => {
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
  ])('is closed altogether when the local setting is YAML for "disabled": %j', (yaml) => {
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
  ])('is not closed altogether when the local setting is any other value: %j', (yaml) => {
    expect(closed(yaml)).toBe(false);
  });

  it('is closed altogether when the local setting is malformed YAML', () => {
    expect(closed('--- "disab')).toBe(true);
  });

  it('is not closed altogether when a setting is absent', () => {
    expect(isClosedAltogether(new Map(), 'live-feeds')).toBe(false);
    expect(isClosedAltogether(new Map([['local_live_feed_access', 'disabled']]), 'live-feeds')).toBe(false);
  });

  it('is decided the same way once the cache of setting texts is full', () => {
    for (let round = 0; round < 1_000; round++) {
      expect(closed(`--- disabled # ${round}`)).toBe(true);
      expect(closed(`--- public # ${round}`)).toBe(false);
    }
  });
});
