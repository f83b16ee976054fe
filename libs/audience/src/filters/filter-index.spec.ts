import { describe, expect, it, vi } from 'vitest';
import { viewerSetOf } from '../testing/index.js';
import { FilterIndex } from './filter-index.js';

const accounts = Array.from({ length: 100 }, (_, index) => `${index}`);

function filterOf(id: string, keyword: string) {
  const keywords = [{ keyword, wholeWord: true }];
  return { id, title: keyword, context: ['home'], expiresAt: null, action: 'warn', keywords, statusIds: [] } as const;
}

describe('the filters of many', () => {
  it('have the text taken out of a status once, for all of them, and not at all while nobody looks for anything', () => {
    const catalogue = new FilterIndex();
    const text = vi.fn(() => 'A cat and a dog');
    const search = () => catalogue.resultsFor(viewerSetOf(accounts), { text, statusIds: ['1'] }, Date.now());
    accounts.forEach((account) => {
      catalogue.add(account, []);
    });
    expect(search().size).toBe(0);
    expect(text).not.toHaveBeenCalled();
    accounts.forEach((account, index) => {
      catalogue.remove(account);
      catalogue.add(account, [filterOf(account, index % 2 === 0 ? 'cat' : 'dog')]);
    });
    expect(search().size).toBe(100);
    expect(text).toHaveBeenCalledOnce();
  });
});
