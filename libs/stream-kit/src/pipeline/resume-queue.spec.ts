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
      new HistorySettings({ resumesAtOnce: 2, maxResumesWaiting: 4, resumeWaitMs: 5_000 }),
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

  it('runs one of a token at a time, and gives others their turn while that token rests from a long one', async () => {
    void resume('token', 'first');
    void resume('token', 'second');
    void resume('other', 'third');
    expect(started).toEqual(['first', 'third']);
    await vi.advanceTimersByTimeAsync(100);
    await finishNow('first');
    await vi.advanceTimersByTimeAsync(299);
    expect(started).toEqual(['first', 'third']);
    await vi.advanceTimersByTimeAsync(2);
    expect(started).toEqual(['first', 'third', 'second']);
  });

  it('rests too when the token comes again after its last one has ended', async () => {
    void resume('token', 'first');
    await vi.advanceTimersByTimeAsync(100);
    await finishNow('first');
    void resume('token', 'second');
    expect(started).toEqual(['first']);
    await vi.advanceTimersByTimeAsync(301);
    expect(started).toEqual(['first', 'second']);
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
