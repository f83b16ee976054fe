import { describe, expect, it, vi } from 'vitest';
import { normaliseHashtag } from './hashtag.js';

describe('normaliseHashtag', () => {
  it.each([
    ['Foo', 'foo'],
    ['ＦＯＯ', 'foo'],
    ['été', 'ete'],
    ['Ångström', 'angstrom'],
    ['Łódź', 'lodz'],
    ['Đorđe', 'dorde'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['हिन्दी', 'हिनदी'],
    ['தமிழ்', 'தமிழ'],
    ['ภาษาไทย์', 'ภาษาไทย์'],
    ['সংবাদ', 'সংবাদ'],
    ['العَرَبِيَّة', 'العَرَبِيَّة'],
    ['עִבְרִית', 'עִבְרִית'],
    ['スター・ウォーズ', 'スター・ウォーズ'],
    ['foo_bar1', 'foo_bar1'],
    ['a·b', 'a·b'],
    ['#foo bar!', 'foobar'],
  ])('normalises %s as publishers do: %s', (tag, channel) => {
    expect(normaliseHashtag(tag)).toBe(channel.normalize('NFKC'));
  });

  it.each([
    ['257 letters', 'a'.repeat(257)],
    ['a million letters', 'a'.repeat(1_000_000)],
    ['15 letters that become 270 by NFKC', '\uFDFA'.repeat(15)],
    ['1,000 letters that would become 18,000 by NFKC', '\uFDFA'.repeat(1_000)],
  ])('returns the empty string for %s', (_, tag) => {
    expect(normaliseHashtag(tag)).toBe('');
  });

  it('accepts 256 letters, counted after NFKC, too', () => {
    expect(normaliseHashtag('É'.repeat(256))).toBe('e'.repeat(256));
    expect(normaliseHashtag('\uFDFA'.repeat(14))).not.toBe('');
  });

  it('does not normalise a tag that is too long', () => {
    const normalize = vi.spyOn(String.prototype, 'normalize');
    normaliseHashtag('\uFDFA'.repeat(1_000));
    expect(normalize).not.toHaveBeenCalled();
    normalize.mockRestore();
  });

  it.each(['', '!!!', '#', ' ', '🎉'])('returns the empty string for %j', (tag) => {
    expect(normaliseHashtag(tag)).toBe('');
  });
});
