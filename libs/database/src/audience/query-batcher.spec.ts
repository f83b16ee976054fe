import { viewerSetOf } from '@fedistream/audience/testing';
import type { AudienceQuery } from '@fedistream/audience';
import type { ViewerSet } from '@fedistream/domain';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { FactsAnswer } from './facts-answer.js';
import { QueryBatcher } from './query-batcher.js';

const query = (viewers: ViewerSet, authorId = '900'): AudienceQuery => ({
  viewers,
  authorIds: [authorId],
  accountIds: [authorId],
  domains: [],
  language: null,
});

/** Waits three turns of the event loop: promises settle, and the batch of one turn is complete. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    await setImmediate();
  }
}

describe('QueryBatcher', () => {
  it('starts a new batch after one that was rejected while it waited for its turn', async () => {
    const turns: unknown[] = [];
    const late = new Error('too late');
    const batcher = new QueryBatcher<undefined>(
      () => Promise.reject(new Error('the statement must not be sent')),
      (work) => {
        turns.push(work);
        return Promise.reject(late);
      },
    );
    const viewers = viewerSetOf(['5']);
    await expect(batcher.load(query(viewers))).rejects.toBe(late);
    await expect(batcher.load(query(viewers))).rejects.toBe(late);
    expect(turns).toHaveLength(2);
  });

  it('sends one statement at a time about the same viewers, batches queries meanwhile, and does not delay other viewers', async () => {
    const statements: { viewers: ViewerSet; authors: string[]; end: (failure?: Error) => void }[] = [];
    const batcher = new QueryBatcher<undefined>(
      (_, viewers, queries) =>
        new Promise((resolve, reject) => {
          const authors = queries.flatMap(({ authorIds }) => authorIds);
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
    const first = batcher.load(query(slow, '1'));
    await settled();
    const rest = [batcher.load(query(slow, '2')), batcher.load(query(slow, '3'))];
    void batcher.load(query(other, '4'));
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
