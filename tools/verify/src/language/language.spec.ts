import { describe, expect, it } from 'vitest';

import { describeFinding, findingsIn } from './language.js';

const found = (file: string, content: string) => findingsIn(file, content).map(({ found, line }) => [line, found]);

describe('the language check', () => {
  it('refuses a forbidden word in each kind of comment, with its line', () => {
    expect(
      found('a.ts', '// for nobody\nconst a = 1; // Somebody\n/**\n * The\n * whoever.\n */\nf(/* crowd */);'),
    ).toEqual([
      [1, 'nobody'],
      [2, 'Somebody'],
      [5, 'whoever'],
      [7, 'crowd'],
    ]);
  });

  it('reads a clause that goes on in the next line', () => {
    expect(found('a.ts', '/**\n * Ends the streams of\n * who leaves.\n */\nf();')).toEqual([[2, 'of who']]);
    expect(found('a.md', 'Ends the streams of\nwho leaves.')).toEqual([[1, 'of who']]);
  });

  it.each([
    'Who leaves is forgotten.',
    '# Who leaves',
    '- Who leaves',
    '1. Who leaves',
    'A.\n\nWho leaves',
    'So: who leaves',
  ])('refuses a clause that begins a sentence, an item, a heading or a paragraph: %j', (text) => {
    expect(found('a.md', `Text.\n${text}\n`)).toHaveLength(1);
    expect(found('a.ts', `/** Text. */\n// ${text.replaceAll('\n', '\n// ')}\n`)).toHaveLength(1);
  });

  it.each([
    ["it('tells everybody', () => {});"],
    ["describe('the verdict', () => {});"],
    ["test.only('has no enemies', () => {});"],
    ["it.each([1])('asks whoever of %s', () => {});"],
    ['it(`is told of ${a} events`, () => {});'],
    ["it('who leaves is forgotten', () => {});"],
    ["const cases = [{ it: 'nobody sees it' }];"],
    ["const error = new TypeError('Somebody must log in.');"],
  ])('refuses a title or an error of a spec: %s', (code) => {
    expect(found('a.spec.ts', code)).toHaveLength(1);
  });

  it.each([
    'Filters are read anew.',
    'Open streams go on.',
    'The stream goes on with the next event.',
    'Events are gathered for 50 ms.',
    'No newcomer is confirmed.',
    'The position behind this event.',
    'A channel has a handful of listeners.',
    'The rule lets out a private status.',
    'No program could be got.',
    'It sets apart the viewers.',
    'Redis turned us away.',
    'Its last words:',
    'A server of one’s own.',
  ])('refuses a phrase that has a plain form: %s', (text) => {
    expect(found('a.md', text)).toHaveLength(1);
  });

  it('leaves the data of a spec alone', () => {
    expect(found('a.spec.ts', "const text = 'hello to everybody out there';")).toEqual([]);
  });

  it.each([
    ["log.warn('Nobody listens on that port.');"],
    ['throw new Error(`The feed of ${name} was cut off`);'],
    ["const hint = { help: 'Ask somebody with access.' };"],
  ])('refuses a sentence in a string of code: %s', (code) => {
    expect(found('a.ts', code)).toHaveLength(1);
  });

  it('takes a string of one or two words, and SQL, for data', () => {
    expect(found('a.ts', "f('nobody', 'everybody else', 'SELECT enemy FROM blocks');")).toEqual([]);
  });

  it.each([
    ['class NeedleTable {}'],
    ['function askCrowd() {}'],
    ['interface A { readonly verdict: string }'],
    ['const a = (shelf: string) => 1;'],
    ['const { enemies } = a;'],
    ['type RedisFeed = string;'],
  ])('refuses a name that is declared: %s', (code) => {
    expect(found('a.ts', code)).toHaveLength(1);
  });

  it('refuses a name once, where it is declared', () => {
    expect(found('a.ts', 'const needle = 1;\nf(needle, needle);')).toEqual([[1, 'needle']]);
  });

  it("refuses a file's name", () => {
    expect(found('libs/a/src/needle-table.ts', '')).toEqual([[1, 'needle']]);
  });

  it('refuses Markdown, but not the code in it', () => {
    expect(found('README.md', 'Ask `nobody`.\n```sh\nsudo -u nobody\n```\nWho waits is cut off.\n')).toEqual([
      [5, 'Who'],
      [5, 'cut off'],
    ]);
  });

  it('accepts a question, and a clause that follows a noun', () => {
    expect(found('README.md', 'Who decides? A viewer who blocks the author, for whom it is hidden.')).toEqual([]);
  });

  it('accepts the words that Mastodon has for its own: live feeds, topic feeds, the public feed', () => {
    expect(found('README.md', 'The live feeds are closed; topic feeds and the public feed are open.')).toEqual([]);
  });

  it('reads neither data nor styles', () => {
    expect(findingsIn('package.json', '{ "description": "for everybody" }')).toEqual([]);
  });

  it('says where the word stands and what to write', () => {
    const [finding] = findingsIn('a.md', 'The needle.');
    expect(finding && describeFinding(finding)).toBe('a.md:1: "needle": write pattern');
  });
});
