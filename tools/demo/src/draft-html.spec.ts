import { describe, expect, it } from 'vitest';
import { draftHtml } from './draft-html.js';
import { demoUser } from './people.js';

describe('draftHtml', () => {
  it('links hashtags in any script by their normalised name', () => {
    const { content, tags } = draftHtml('#Été #बारिश #フィルム・カメラ #ผลไม้', []);
    expect(tags.map(({ name }) => name)).toEqual(['ete', 'बारिश', 'フィルム・カメラ', 'ผลไม้']);
    expect(content).toContain('#<span>Été</span>');
    expect(content).toContain('href="https://demo.example/tags/ete"');
  });

  it('lists a repeated hashtag once', () => {
    expect(draftHtml('#Tea, more #tea', []).tags).toEqual([{ name: 'tea', url: 'https://demo.example/tags/tea' }]);
  });

  it('links known accounts and leaves other names unchanged', () => {
    const { content, mentions } = draftHtml('@demo meets @nobody', [demoUser]);
    expect(mentions).toEqual([{ id: demoUser.id, username: 'demo', acct: 'demo', url: 'https://demo.example/@demo' }]);
    expect(content).toContain('>@<span>demo</span></a>');
    expect(content).toContain(' meets @nobody</p>');
  });

  it('escapes HTML markup', () => {
    expect(draftHtml('1 < 2 & "3" > 2', []).content).toBe('<p>1 &lt; 2 &amp; &quot;3&quot; &gt; 2</p>');
  });

  it('turns blocks into paragraphs', () => {
    expect(draftHtml('one\n\ntwo', []).content).toBe('<p>one</p><p>two</p>');
  });
});
