import { HistoryStore, type HistoryAnswer, type HistoryQuery } from '@fedistream/history';
import { NEVER } from 'rxjs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { PastMessages } from './past-messages.js';

const epoch = 'e'.repeat(12);
const upTo = (sequence: number) => ({ fence: sequence, epoch, sequence });

/** A history with a message for each number. */
class NumberedHistory extends HistoryStore {
  readonly node = 'node';
  readonly acknowledged = NEVER;
  readonly fence = () => Promise.resolve();

  constructor(private readonly reads: HistoryQuery[]) {
    super();
  }

  read(query: HistoryQuery): Promise<HistoryAnswer> {
    this.reads.push(query);
    const entries = Array.from({ length: query.upTo.sequence }, (_, index) => ({
      sequence: index + 1,
      channel: 'timeline:public',
      hash: String(index + 1).padStart(16, '0'),
      message: Buffer.from(`{"event":"delete","payload":"${index + 1}"}`),
    }));
    return Promise.resolve(entries.length > query.limit ? { gap: 'tooMany' } : { entries });
  }
}

describe('what clients have missed that come at the same time', () => {
  let reads: HistoryQuery[];
  let past: PastMessages;

  beforeEach(() => {
    reads = [];
    past = new PastMessages(new NumberedHistory(reads));
  });

  /** A client's read, as the ids of the deletions that it answers with. */
  async function idsFor(sequence: number, { hash = 'h', limit = 10 } = {}): Promise<unknown> {
    const query = { channels: ['timeline:public'], after: [{ epoch, hash }] as const, upTo: upTo(sequence), limit };
    const answer = await past.read(query);
    return typeof answer === 'string' ? answer : answer.map(({ text }) => text);
  }

  it('is read once for all of them, and each receives what came before its own fence', async () => {
    [1, 2, 3].forEach((sequence) => {
      past.acknowledged(upTo(sequence));
    });
    const answers = await Promise.all([idsFor(2), idsFor(1), idsFor(3)]);
    expect(answers).toEqual([['1', '2'], ['1'], ['1', '2', '3']]);
    expect(reads).toHaveLength(1);
  });

  it('is read again for a client whose fence came later, and for another position', async () => {
    past.acknowledged(upTo(1));
    expect(await idsFor(1)).toEqual(['1']);
    past.acknowledged(upTo(2));
    expect(await idsFor(2)).toEqual(['1', '2']);
    expect(await idsFor(1, { hash: 'other' })).toEqual(['1']);
    expect(reads).toHaveLength(3);
  });

  it('is not too much for a client because more was published after its own fence', async () => {
    past.acknowledged(upTo(5));
    expect(await idsFor(2, { limit: 2 })).toEqual(['1', '2']);
    expect(await idsFor(3, { limit: 2 })).toBe('tooMany');
  });

  it('is decoded once, also for clients with different positions', async () => {
    const messages = new Map<number, Buffer>();
    const store = new NumberedHistory(reads);
    const read = store.read.bind(store);
    // As an adapter that keeps what it has read a moment ago.
    store.read = async (query) => {
      const answer = await read(query);
      return 'gap' in answer
        ? answer
        : {
            entries: answer.entries.map((entry) => {
              const message = messages.get(entry.sequence) ?? entry.message;
              messages.set(entry.sequence, message);
              return { ...entry, message };
            }),
          };
    };
    past = new PastMessages(store);
    const [one, other] = await Promise.all(
      ['a', 'b'].map((hash) =>
        past.read({ channels: ['timeline:public'], after: [{ epoch, hash }], upTo: upTo(2), limit: 10 }),
      ),
    );
    expect(reads).toHaveLength(2);
    expect(one).toHaveLength(2);
    expect([one?.[0] === other?.[0], one?.[1] === other?.[1]]).toEqual([true, true]);
  });

  it('is read again a moment later', async () => {
    vi.useFakeTimers();
    await idsFor(1);
    await vi.advanceTimersByTimeAsync(200);
    await idsFor(1);
    vi.useRealTimers();
    expect(reads).toHaveLength(2);
  });
});
