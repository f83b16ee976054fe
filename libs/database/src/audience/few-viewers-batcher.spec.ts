import { viewerSetOf } from '@fedistream/audience/testing';
import type { AudienceQuery } from '@fedistream/audience';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FactsAnswer } from './facts-answer.js';
import { FewViewersBatcher } from './few-viewers-batcher.js';

const viewers = viewerSetOf(['5', '6']);
const query = (author: string, accountIds: readonly string[] = [author]): AudienceQuery => ({
  viewers,
  authorIds: [author],
  accountIds,
  domains: [],
  language: null,
  maxBatchDelayMs: 100,
});

describe('FewViewersBatcher', () => {
  let statements: string[][];
  let batcher: FewViewersBatcher;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'] });
    statements = [];
    batcher = new FewViewersBatcher((queries) => {
      statements.push(queries.flatMap(({ authorIds }) => authorIds));
      return Promise.resolve(new FactsAnswer(viewers));
    });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('sends a query after a pause at once', async () => {
    void batcher.load(query('1'));
    await vi.advanceTimersByTimeAsync(0);
    expect(statements).toEqual([['1']]);
  });

  it('sends the queries within 50 ms of a statement as one batch', async () => {
    void batcher.load(query('1'));
    await vi.advanceTimersByTimeAsync(10);
    void batcher.load(query('2'));
    await vi.advanceTimersByTimeAsync(30);
    void batcher.load(query('3'));
    expect(statements).toEqual([['1']]);
    await vi.advanceTimersByTimeAsync(10);
    expect(statements).toEqual([['1'], ['2', '3']]);
  });

  it('sends a query with maxBatchDelayMs 0 at once', async () => {
    void batcher.load({ ...query('1'), maxBatchDelayMs: 0 });
    await vi.advanceTimersByTimeAsync(1);
    void batcher.load({ ...query('2'), maxBatchDelayMs: 0 });
    await vi.advanceTimersByTimeAsync(0);
    expect(statements).toEqual([['1'], ['2']]);
  });

  it('sends a batch of 20 queries at once', async () => {
    void batcher.load(query('1'));
    await vi.advanceTimersByTimeAsync(1);
    for (let author = 2; author <= 22; author++) {
      void batcher.load(query(`${author}`));
    }
    expect(statements.map(({ length }) => length)).toEqual([1, 20]);
    await vi.advanceTimersByTimeAsync(50);
    expect(statements.at(-1)).toEqual(['22']);
  });

  it('rejects all queries of a failed statement, and answers those of the next one', async () => {
    const failure = new Error('connection lost');
    const failing = new FewViewersBatcher((queries) =>
      queries.some(({ authorIds }) => authorIds.includes('1'))
        ? Promise.reject(failure)
        : Promise.resolve(new FactsAnswer(viewers)),
    );
    const answers = Promise.allSettled([failing.load(query('1')), failing.load(query('2'))]);
    await vi.advanceTimersByTimeAsync(1);
    const next = failing.load(query('3'));
    await vi.advanceTimersByTimeAsync(100);
    expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(next).resolves.toBeInstanceOf(FactsAnswer);
  });

  it('does not accept a query with more than 40 pairs of viewer and account', () => {
    const accounts = Array.from({ length: 21 }, (_, index) => `${index}`);
    expect(FewViewersBatcher.accepts(query('1', accounts.slice(1)))).toBe(true);
    expect(FewViewersBatcher.accepts(query('1', accounts))).toBe(false);
  });
});
