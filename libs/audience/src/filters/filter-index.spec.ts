import { describe, expect, it, vi } from 'vitest';
import { viewerSetOf } from '../testing/index.js';
import { FilterIndex } from './filter-index.js';

const accounts = Array.from({ length: 100 }, (_, number) => `${number}`);

function filterOf(id: string, keyword: string) {
  const keywords = [{ keyword, wholeWord: true }];
  return { id, title: keyword, context: ['home'], expiresAt: null, action: 'warn', keywords, statusIds: [] } as const;
}

describe('FilterIndex', () => {
  it('extracts the text of a status once for all accounts, and never while no account has a keyword', () => {
    const index = new FilterIndex();
    const text = vi.fn(() => 'A cat and a dog');
    const search = () => index.resultsFor(viewerSetOf(accounts), { text, statusIds: ['1'], paths: [[]] }, Date.now());
    accounts.forEach((account) => {
      index.add(account, []);
    });
    expect(search().size).toBe(0);
    expect(text).not.toHaveBeenCalled();
    accounts.forEach((account, number) => {
      index.remove(account);
      index.add(account, [filterOf(account, number % 2 === 0 ? 'cat' : 'dog')]);
    });
    expect(search().size).toBe(100);
    expect(text).toHaveBeenCalledOnce();
  });
});
