import { describe, expect, it } from 'vitest';
import { draftHtml } from './draft-html.js';
import { demoUser } from './people.js';

describe('draftHtml', () => {
  it('links hashtags in any script under the name of their channel', () => {
    const { content, tags } = draftHtml('#Été #बारिश #フィルム・カメラ #ผลไม้', []);
    expect(tags.map(({ name }) => name)).toEqual(['ete', 'बारिश', 'フィルム・カメラ', 'ผลไม้']);
    expect(content).toContain('#<span>Été</span>');
    expect(content).toContain('href="https://demo.example/tags/ete"');
  });

  it('names a hashtag once, however often it stands in the text', () => {
    expect(draftHtml('#Tea, more #tea', []).tags).toEqual([{ name: 'tea', url: 'https://demo.example/tags/tea' }]);
  });

  it('links people it knows and leaves other names alone', () => {
    const { content, mentions } = draftHtml('@demo meets @nobody', [demoUser]);
    expect(mentions).toEqual([{ id: demoUser.id, username: 'demo', acct: 'demo', url: 'https://demo.example/@demo' }]);
    expect(content).toContain('>@<span>demo</span></a>');
    expect(content).toContain(' meets @nobody</p>');
  });

  it('escapes what HTML would take for markup', () => {
    expect(draftHtml('1 < 2 & "3" > 2', []).content).toBe('<p>1 &lt; 2 &amp; &quot;3&quot; &gt; 2</p>');
  });

  it('makes a paragraph of each block', () => {
    expect(draftHtml('one\n\ntwo', []).content).toBe('<p>one</p><p>two</p>');
  });
});
