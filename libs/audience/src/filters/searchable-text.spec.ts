import { describe, expect, it } from 'vitest';
import { statusOf } from '../testing/index.js';
import { searchableText, textOfHtml } from './searchable-text.js';

describe('textOfHtml', () => {
  it.each([
    ['<p>one</p><p>two</p>', 'one\n\ntwo'],
    ['<p>one<br>two<br/>three<br />four</p>', 'one\ntwo\nthree\nfour'],
    ['<p>see <a href="https://x.example" class="mention">@<span>bob</span></a></p>', 'see @bob'],
    ['fish &amp; chips &lt;3 &#128077; &eacute; &quot;x&quot;', 'fish & chips <3 👍 é "x"'],
    ['&amp;lt;', '&lt;'],
    ['a &xyz; b', 'a &xyz; b'],
    ['1 < 2 and 3 > 2', '1 < 2 and 3 > 2'],
    ['<ul><li>a</li><li>b</li></ul>', 'ab'],
    ['<p>a</p> <p>b</p>', 'a\n b'],
    ['<p>a</p><blockquote><p>b</p></blockquote><h1>c</h1>', 'a\n\nb\nc'],
    ['<p>a</p><ul><li>b</li></ul>', 'a\nb'],
    ['<p>a</p><br>b', 'a\nb'],
    ['<div><p>a</p></div><p>b</p>', 'a\n\nb'],
    ['<p class="x">a</p><p dir="rtl">b</p>', 'a\n\nb'],
    ['<P>a</P><P>b</P><BR>', 'a\n\nb\n'],
    ['<p>a</p><b>b</b><p>c</p>', 'a\nbc'],
    ['no <b>tags<i>closed', 'no tagsclosed'],
    ['<span title="</p><p>">x</span>', 'x'],
    ['a<!-- hidden -->b', 'ab'],
    ['<p>a<p>b', 'a\n\nb'],
    ['<pre>a</pre><param>', 'a'],
    ['', ''],
  ])('turns %j into %j', (html, text) => {
    expect(textOfHtml(html)).toBe(text);
  });

  it('takes bounded time for deeply nested and unclosed tags', () => {
    expect(textOfHtml(`${'<b>'.repeat(300_000)}x${'</i>'.repeat(300_000)}y`)).toBe('xy');
    expect(textOfHtml('<p>'.repeat(20_000) + 'x').trim()).toBe('x');
    for (const text of ['&', '<', '&amp', '</', '<!--', '<a b="']) {
      expect(textOfHtml(text.repeat(200_000)).length).toBeLessThanOrEqual(200_000);
    }
  });
});

describe('searchableText', () => {
  it('joins content warning, content, poll options and media descriptions with blank lines', () => {
    const text = searchableText(
      statusOf({
        spoiler_text: 'spoiler',
        content: '<p>content</p>',
        poll: { options: [{ title: 'yes' }, { title: 'no' }] },
        media_attachments: [{ description: 'a cat' }, { description: null }, { description: 'a dog' }],
      }),
    );
    expect(text).toBe('spoiler\n\ncontent\n\nyes\n\nno\n\na cat\n\na dog');
  });

  it('treats only the content as HTML', () => {
    const plain = { spoiler_text: '1 < 2 &amp; <b>', poll: { options: [{ title: '<i>' }] }, content: '' };
    expect(searchableText(statusOf(plain))).toBe('1 < 2 &amp; <b>\n\n<i>');
  });

  it('is truncated to 50,000 characters over all parts together', () => {
    const rest = { spoiler_text: 'x'.repeat(20_000), content: `<p>${'y'.repeat(40_000)}</p>` };
    expect(searchableText(rest)).toBe(`${'x'.repeat(20_000)}\n\n${'y'.repeat(29_998)}`);
  });

  it('ignores members that are absent or of another type', () => {
    const odd = {
      spoiler_text: null,
      content: 7,
      poll: { options: [null, {}, 'x'] },
      media_attachments: [null, 'x', {}],
    };
    expect(searchableText(statusOf(odd))).toBe('');
    expect(searchableText({})).toBe('');
  });
});
