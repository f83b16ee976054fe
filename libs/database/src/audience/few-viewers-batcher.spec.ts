import { viewerSetOf } from '@fedistream/audience/testing';
import type { AudienceQuery } from '@fedistream/audience';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FactsAnswer } from './facts-answer.js';
import { FewViewersBatcher } from './few-viewers-batcher.js';

const viewers = viewerSetOf(['5', '6']);
const question = (author: string, accountIds: readonly string[] = [author]): AudienceQuery => ({
  viewers,
  authorIds: [author],
  accountIds,
  domains: [],
  language: null,
  maxBatchDelayMs: 100,
});

describe('the batches of questions about few viewers', () => {
  let statements: string[][];
  let batcher: FewViewersBatcher;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'] });
    statements = [];
    batcher = new FewViewersBatcher((questions) => {
      statements.push(questions.flatMap(({ authorIds }) => authorIds));
      return Promise.resolve(new FactsAnswer(viewers));
    });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('send a question after a pause at once', async () => {
    void batcher.ask(question('1'));
    await vi.advanceTimersByTimeAsync(0);
    expect(statements).toEqual([['1']]);
  });

  it('gather the questions of 50 ms after a statement', async () => {
    void batcher.ask(question('1'));
    await vi.advanceTimersByTimeAsync(10);
    void batcher.ask(question('2'));
    await vi.advanceTimersByTimeAsync(30);
    void batcher.ask(question('3'));
    expect(statements).toEqual([['1']]);
    await vi.advanceTimersByTimeAsync(10);
    expect(statements).toEqual([['1'], ['2', '3']]);
  });

  it('hold back no question that may not wait', async () => {
    void batcher.ask({ ...question('1'), maxBatchDelayMs: 0 });
    await vi.advanceTimersByTimeAsync(1);
    void batcher.ask({ ...question('2'), maxBatchDelayMs: 0 });
    await vi.advanceTimersByTimeAsync(0);
    expect(statements).toEqual([['1'], ['2']]);
  });

  it('do not hold back a full batch', async () => {
    void batcher.ask(question('1'));
    await vi.advanceTimersByTimeAsync(1);
    for (let author = 2; author <= 22; author++) {
      void batcher.ask(question(`${author}`));
    }
    expect(statements.map(({ length }) => length)).toEqual([1, 20]);
    await vi.advanceTimersByTimeAsync(50);
    expect(statements.at(-1)).toEqual(['22']);
  });

  it('reject all questions of a statement that fails, and none of the next one', async () => {
    const failure = new Error('connection lost');
    const failing = new FewViewersBatcher((questions) =>
      questions.some(({ authorIds }) => authorIds.includes('1'))
        ? Promise.reject(failure)
        : Promise.resolve(new FactsAnswer(viewers)),
    );
    const answers = Promise.allSettled([failing.ask(question('1')), failing.ask(question('2'))]);
    await vi.advanceTimersByTimeAsync(1);
    const next = failing.ask(question('3'));
    await vi.advanceTimersByTimeAsync(100);
    expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(next).resolves.toBeInstanceOf(FactsAnswer);
  });

  it('refuse a question about more than 40 pairs of viewer and account', () => {
    const accounts = Array.from({ length: 21 }, (_, index) => `${index}`);
    expect(FewViewersBatcher.accepts(question('1', accounts.slice(1)))).toBe(true);
    expect(FewViewersBatcher.accepts(question('1', accounts))).toBe(false);
  });
});
