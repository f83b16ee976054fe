import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AdmissionQueue, maxWaitMs } from './admission-queue.js';
import { AuthSettings } from './auth-settings.js';
import { AuthStatistics } from './auth-statistics.js';

/** As many as may be let in at the same time, and as many as may wait. */
const atOnce = 256;
const waiting = 10;

class Settings extends AuthSettings {
  override readonly revalidationIntervalMs = 1;
  override readonly maxWaitingClients = waiting;
}

describe('AdmissionQueue', () => {
  let statistics: AuthStatistics;
  let queue: AdmissionQueue;
  let admitted: number[];
  let refused: number[];

  beforeEach(() => {
    vi.useFakeTimers();
    statistics = new AuthStatistics();
    queue = new AdmissionQueue(new Settings(), statistics);
    admitted = [];
    refused = [];
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  /** Lets clients come, whose numbers begin with `first`. */
  async function come(count: number, first = 0): Promise<void> {
    for (let client = first; client < first + count; client++) {
      void (async () => {
        try {
          await queue.enter();
          admitted.push(client);
        } catch (failure) {
          expect(failure).toMatchObject({ code: 'unavailable', retryAfterSeconds: 5 });
          refused.push(client);
        }
      })();
    }
    await vi.advanceTimersByTimeAsync(0);
  }

  const leave = async (count = 1) => {
    for (let client = 0; client < count; client++) {
      queue.leave();
    }
    await vi.advanceTimersByTimeAsync(0);
  };

  it('lets a client in at once while few are being let in', () => {
    expect(queue.enter()).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('lets so many in at the same time, and the others in order when one has left', async () => {
    await come(atOnce + 5);
    expect([admitted.length, statistics.waiting]).toEqual([atOnce, 5]);
    await leave();
    expect(admitted.slice(atOnce)).toEqual([atOnce]);
    await leave(4);
    expect(admitted.slice(atOnce)).toEqual([0, 1, 2, 3, 4].map((client) => atOnce + client));
    expect([refused, statistics.waiting, vi.getTimerCount()]).toEqual([[], 0, 0]);
  });

  it('lets no new client in before those that wait', async () => {
    await come(atOnce + 1);
    const [before, after] = [admitted.length, queue.enter()];
    expect([before, after]).toEqual([atOnce, expect.any(Promise)]);
    await leave();
    expect(admitted.at(-1)).toBe(atOnce);
  });

  it('refuses those that find it full, and is overloaded until half of it has got in', async () => {
    await come(atOnce + waiting);
    expect(queue.overloaded).toBe(false);
    await come(3, 1_000);
    expect([refused, statistics.refused, queue.overloaded]).toEqual([[1_000, 1_001, 1_002], 3, true]);
    await leave(waiting / 2 - 1);
    expect(queue.overloaded).toBe(true);
    await leave();
    expect(queue.overloaded).toBe(false);
    await come(1, 2_000);
    await leave(waiting);
    expect(admitted.at(-1)).toBe(2_000);
  });

  it('refuses those that have waited for 20 s, and no others', async () => {
    await come(atOnce + 2);
    await vi.advanceTimersByTimeAsync(maxWaitMs / 2);
    await come(1, 1_000);
    await vi.advanceTimersByTimeAsync(maxWaitMs / 2 - 1);
    expect(refused).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(refused).toEqual([atOnce, atOnce + 1]);
    await leave();
    expect(admitted.at(-1)).toBe(1_000);
    expect(vi.getTimerCount()).toBe(0);
  });
});
