import { viewerSetOf } from '@fedistream/audience/testing';
import type { AudienceQuery } from '@fedistream/audience';
import type { ViewerSet } from '@fedistream/domain';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { FactsAnswer } from './facts-answer.js';
import { QueryBatcher } from './query-batcher.js';

const question = (viewers: ViewerSet, authorId = '900'): AudienceQuery => ({
  viewers,
  authorIds: [authorId],
  accountIds: [authorId],
  domains: [],
  language: null,
});

/** Lets everything happen that needs no answer: promises settle, and look-ups of the same turn are gathered. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    await setImmediate();
  }
}

describe('questions about the same viewers', () => {
  it('do not join one whose turn never came', async () => {
    const turns: unknown[] = [];
    const late = new Error('too late');
    const together = new QueryBatcher<undefined>(
      () => Promise.reject(new Error('not asked')),
      (work) => {
        turns.push(work);
        return Promise.reject(late);
      },
    );
    const viewers = viewerSetOf(['5']);
    await expect(together.ask(question(viewers))).rejects.toBe(late);
    await expect(together.ask(question(viewers))).rejects.toBe(late);
    expect(turns).toHaveLength(2);
  });

  it('are one statement at a time, gathered meanwhile, and do not delay other viewers', async () => {
    const statements: { viewers: ViewerSet; authors: string[]; end: (failure?: Error) => void }[] = [];
    const together = new QueryBatcher<undefined>(
      (_, viewers, questions) =>
        new Promise((resolve, reject) => {
          const authors = questions.flatMap(({ authorIds }) => authorIds);
          const end = (failure?: Error) => {
            if (failure) {
              reject(failure);
            } else {
              resolve(new FactsAnswer(viewers));
            }
          };
          statements.push({ viewers, authors, end });
        }),
      (work) => work(undefined),
    );
    const [slow, other] = [viewerSetOf(['5']), viewerSetOf(['6'])];
    const first = together.ask(question(slow, '1'));
    await settled();
    const rest = [together.ask(question(slow, '2')), together.ask(question(slow, '3'))];
    void together.ask(question(other, '4'));
    await settled();
    expect(statements.map(({ authors }) => authors)).toEqual([['1'], ['4']]);
    const failure = new Error('connection lost');
    statements[0]?.end(failure);
    await expect(first).rejects.toBe(failure);
    await settled();
    expect(statements.map(({ authors }) => authors)).toEqual([['1'], ['4'], ['2', '3']]);
    statements[2]?.end();
    await expect(Promise.all(rest)).resolves.toHaveLength(2);
  });
});
