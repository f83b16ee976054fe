import { describe, expect, it } from 'vitest';
import { channelFamily, overlap } from './channel-family.js';
import { channels, controlFamilies, mastodonFamilies } from './channel.js';
import { payload } from './event-type.js';

const events = { draft: payload<{ id: string }>() };
const draft = channelFamily('timeline:draft:{draft}', events);

describe('a channel family', () => {
  it('builds a channel from its values, and claims it', () => {
    expect(draft('42')).toBe('timeline:draft:42');
    expect(draft.claims('timeline:draft:42')).toBe(true);
  });

  it.each(['timeline:draft', 'timeline:draft:', 'timeline:draft:1:2', 'timelin:draft:1', 'timeline:drafts:1'])(
    'does not claim %s',
    (channel) => {
      expect(draft.claims(channel)).toBe(false);
    },
  );

  it.each(['', 'a:b', 'a b', 'a\nb', 'x'.repeat(257), undefined])(
    'refuses the value %j, which would name another channel or none',
    (value) => {
      expect(() => draft(value as string)).toThrow('cannot be {draft} of the channel timeline:draft:{draft}');
    },
  );

  it.each(['draft:{draft}', 'timeline', 'timeline:', 'timeline:a b', 'timeline:{a}{b}', 'timeline:x{a}'])(
    'refuses the template %j',
    (template) => {
      expect(() => channelFamily(template, events)).toThrow(`"${template}" is no template for channels`);
    },
  );

  it('takes as many values as its template has placeholders, and a bare string is not assignable to its channel', () => {
    // The functions are never called: the compiler checks them.
    // @ts-expect-error one part is missing
    const missing = () => draft();
    // @ts-expect-error there is one part
    const extra = () => draft('1', '2');
    // @ts-expect-error built by no family
    const bare: ReturnType<typeof draft> = 'timelin:draft:1';
    expect([missing, extra, bare]).toHaveLength(3);
  });

  it.each([
    ['timeline:draft:{id}', 'timeline:draft:{draft}', true],
    ['timeline:draft:{id}', 'timeline:draft:new', true],
    ['timeline:{team}:new', 'timeline:draft:{id}', true],
    ['timeline:draft:{id}', 'timeline:note:{id}', false],
    ['timeline:draft:{id}', 'timeline:draft:{id}:local', false],
  ])('computes whether %s and %s overlap: %s', (one, other, expected) => {
    expect(overlap(channelFamily(one, events), channelFamily(other, events))).toBe(expected);
  });

  it.each([
    ['timeline:{name}', 'timeline:{word}', true],
    ['timeline:{name}:new', 'timeline:{word}:{name}', true],
    ['timeline:{name}', 'timeline:draft', true],
    ['timeline:{name}', 'timeline:42', false],
    ['timeline:{name}:new', 'timeline:{name}:old', false],
  ])('computes whether %s and %s overlap when placeholders accept letters only: %s', (one, other, expected) => {
    const letters = { name: /^[a-z]+$/, word: /^[a-z]+$/ };
    const families = [one, other].map((template) => channelFamily(template, events, letters));
    const [left = draft, right = draft] = families;
    expect([overlap(left, right), overlap(right, left)]).toEqual([expected, expected]);
  });
});

describe("Mastodon's families", () => {
  it('claim every channel that clients can receive, one family each', () => {
    for (const channel of [
      channels.home('1'),
      channels.notifications('1'),
      channels.direct('1'),
      channels.list('1'),
      channels.hashtag('été'),
      channels.hashtag('cats', true),
      ...[undefined, 'local' as const, 'remote' as const].flatMap((origin) => [
        channels.public(origin),
        channels.public(origin, true),
      ]),
    ]) {
      expect([channel, mastodonFamilies.filter((family) => family.claims(channel)).length]).toEqual([channel, 1]);
    }
  });

  it('claim no control channel', () => {
    for (const channel of [channels.system('1'), channels.accessToken('1')]) {
      expect(mastodonFamilies.some((family) => family.claims(channel))).toBe(false);
      expect(controlFamilies.some((family) => family.claims(channel))).toBe(true);
    }
  });

  it('do not overlap with a family of another team that has a word of its own', () => {
    const reports = channelFamily('timeline:reports', events);
    expect(mastodonFamilies.filter((family) => overlap(family, reports))).toEqual([]);
  });
});
