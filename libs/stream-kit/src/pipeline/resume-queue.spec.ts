import { HistorySettings, HistoryStatistics } from '@fedistream/history';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ResumeQueue } from './resume-queue.js';

describe('the queue of resumes', () => {
  let statistics: HistoryStatistics;
  let queue: ResumeQueue;
  let started: string[];
  let finish: Map<string, () => void>;

  beforeEach(() => {
    vi.useFakeTimers();
    statistics = new HistoryStatistics();
    queue = new ResumeQueue(
      new HistorySettings({ resumesAtOnce: 2, maxResumesAtOnce: 2, maxResumesWaiting: 4, resumeWaitMs: 5_000 }),
      statistics,
    );
    started = [];
    finish = new Map();
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  const resume = (owner: string, name: string, isWanted = () => true) =>
    queue.run(owner, isWanted, () => {
      started.push(name);
      return new Promise<string>((resolve) => {
        finish.set(name, () => {
          resolve(name);
        });
      });
    });

  const finishNow = async (name: string) => {
    finish.get(name)?.();
    await vi.advanceTimersByTimeAsync(0);
  };

  it('runs a few at a time, the others in the order in which they came', async () => {
    const all = ['a', 'b', 'c', 'd'].map((name) => resume(name, name));
    expect([started, statistics.resumesWaiting]).toEqual([['a', 'b'], 2]);
    await finishNow('b');
    expect(started).toEqual(['a', 'b', 'c']);
    for (const name of ['a', 'c', 'd']) {
      await finishNow(name);
    }
    expect([await Promise.all(all), statistics.resumesWaiting]).toEqual([['a', 'b', 'c', 'd'], 0]);
  });

  it('gives tokens their turn one after the other, and a token that has used much a rest', async () => {
    void resume('token', 'first');
    void resume('other', 'second');
    void resume('token', 'third');
    expect(started).toEqual(['first', 'second']);
    await vi.advanceTimersByTimeAsync(200);
    await finishNow('first');
    // It has used 200 ms, which makes 600 ms of rest, of which 500 are free.
    await vi.advanceTimersByTimeAsync(99);
    expect(started).toEqual(['first', 'second']);
    await vi.advanceTimersByTimeAsync(2);
    expect(started).toEqual(['first', 'second', 'third']);
  });

  it('runs several of a token at a time while no other waits', async () => {
    ['a', 'b', 'c'].forEach((name) => void resume('token', name));
    expect(started).toEqual(['a']);
    await finishNow('a');
    await vi.advanceTimersByTimeAsync(1);
    expect(started).toEqual(['a', 'b', 'c']);
  });

  it('remembers what a token has used when it comes again later', async () => {
    void resume('token', 'first');
    await vi.advanceTimersByTimeAsync(200);
    await finishNow('first');
    await vi.advanceTimersByTimeAsync(200);
    void resume('token', 'second');
    expect(started).toEqual(['first', 'second']);
    await vi.advanceTimersByTimeAsync(300);
    await finishNow('second');
    void resume('token', 'third');
    // 400 ms were left of the first one, and 900 come to it.
    await vi.advanceTimersByTimeAsync(500);
    expect(started).toEqual(['first', 'second']);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(started).toEqual(['first', 'second', 'third']);
  });

  it('runs more at a time while the event loop is in time, and fewer when it is late', async () => {
    queue = new ResumeQueue(
      new HistorySettings({ resumesAtOnce: 2, maxResumesAtOnce: 8, maxResumesWaiting: 100 }),
      statistics,
    );
    const names = Array.from({ length: 40 }, (_, index) => `${index}`);
    names.forEach((name) => void resume(name, name));
    expect(started).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(20);
    expect(started).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(200);
    expect(started).toHaveLength(8);
    // The clock continues while the event loop is blocked.
    const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 200);
    await vi.advanceTimersByTimeAsync(20);
    clock.mockRestore();
    for (const name of names.slice(0, 5)) {
      await finishNow(name);
    }
    expect(started).toHaveLength(9);
  });

  it('does not run what nothing waits for any more', async () => {
    void resume('a', 'a');
    void resume('b', 'b');
    let wanted = true;
    const left = resume('c', 'c', () => wanted);
    wanted = false;
    const stays = resume('d', 'd');
    await finishNow('a');
    await finishNow('d');
    expect([await left, await stays, started]).toEqual([undefined, 'd', ['a', 'b', 'd']]);
  });

  it('gives up what has waited too long, and what comes when too many wait', async () => {
    const running = ['a', 'b'].map((name) => resume(name, name));
    const waiting = ['c', 'd', 'e', 'f'].map((name) => resume(name, name));
    expect(await resume('g', 'g')).toBeUndefined();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await Promise.all(waiting)).toEqual([undefined, undefined, undefined, undefined]);
    expect(statistics.resumesWaiting).toBe(0);
    await finishNow('a');
    await finishNow('b');
    expect([await Promise.all(running), started]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it('continues after a failed resume', async () => {
    const failing = queue.run(
      'a',
      () => true,
      () => Promise.reject(new Error('no history')),
    );
    await expect(failing).rejects.toThrow('no history');
    void resume('b', 'b');
    void resume('c', 'c');
    expect(started).toEqual(['b', 'c']);
  });
});
