import { describe, expect, it } from 'vitest';
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
  ])('names the channel of %s as the publisher does: %s', (tag, channel) => {
    expect(normaliseHashtag(tag)).toBe(channel.normalize('NFKC'));
  });

  it.each(['', '!!!', '#', ' ', '🎉'])('leaves nothing of %j', (tag) => {
    expect(normaliseHashtag(tag)).toBe('');
  });
});
