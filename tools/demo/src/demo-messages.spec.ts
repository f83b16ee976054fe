import { channels, normaliseHashtag } from '@fedistream/domain';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { demoMessages, demoSteps } from './demo-messages.js';
import { DemoScript } from './demo-script.js';
import { demoUser } from './people.js';
import { seededRandom } from './random.js';
import { demoList } from './status-channels.js';
import type { DemoMessage } from './demo-message.js';
import type { Status } from './entities.js';

const noon = Date.UTC(2026, 4, 1, 12);
const steps = (count: number, seed = 1) => demoSteps(count, seed, () => noon);
const round = new DemoScript(seededRandom(1), () => noon).roundLength;
const eventsOn = (channel: string, messages: readonly DemoMessage[]) =>
  new Set(messages.filter((each) => each.channel === channel).map(({ message }) => message.event));

describe('demoMessages', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: noon });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('publishes one step in each interval until the last subscriber leaves', () => {
    const received: DemoMessage[] = [];
    const subscription = demoMessages({ intervalMs: 500, seed: 1, now: () => noon }).subscribe((message) => {
      received.push(message);
    });
    const expected = steps(3);

    vi.advanceTimersByTime(499);
    expect(received).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(received).toEqual(expected[0]);
    vi.advanceTimersByTime(1_000);
    expect(received).toEqual(expected.flat());

    subscription.unsubscribe();
    vi.advanceTimersByTime(10_000);
    expect(received).toEqual(expected.flat());
    expect(vi.getTimerCount()).toBe(0);
  });

  it('takes times from its clock', () => {
    const received: DemoMessage[] = [];
    const subscription = demoMessages({ intervalMs: 1_000, seed: 1 }).subscribe((message) => received.push(message));
    vi.advanceTimersByTime(1_000);
    subscription.unsubscribe();
    expect((received[0]?.message.payload as Status).created_at).toBe('2026-05-01T12:00:01.000Z');
  });
});

describe('the demo', () => {
  it('is the same for the same seed and differs for another', () => {
    expect(steps(60, 5)).toEqual(steps(60, 5));
    expect(steps(60, 5)).not.toEqual(steps(60, 6));
  });

  it('publishes on the channels of every stream within one round', () => {
    const messages = steps(round, 2).flat();
    const photo = normaliseHashtag('photo');
    for (const channel of [
      channels.public(),
      channels.public('local'),
      channels.public('remote'),
      channels.public(undefined, true),
      channels.public('local', true),
      channels.public('remote', true),
      channels.hashtag(photo),
      channels.hashtag(photo, true),
      channels.list(demoList.id),
    ]) {
      expect(eventsOn(channel, messages), channel).toContain('update');
    }
    expect(eventsOn(channels.public(), messages)).toEqual(new Set(['update', 'status.update', 'delete']));
    expect(eventsOn(channels.notifications(demoUser.id), messages)).toEqual(new Set(['notification']));
    expect(eventsOn(channels.direct(demoUser.id), messages)).toEqual(new Set(['conversation']));
    expect(eventsOn(channels.system(demoUser.id), messages)).toEqual(new Set(['filters_changed']));
    expect(eventsOn(channels.home(demoUser.id), messages)).toEqual(
      new Set([
        'update',
        'status.update',
        'delete',
        'announcement',
        'announcement.reaction',
        'announcement.delete',
        'filters_changed',
      ]),
    );
  });

  it('publishes neither boosts nor statuses that are not public on public and hashtag channels', () => {
    const seen = { kept: 0, shared: 0 };
    for (const { channel, message } of steps(round * 2).flat()) {
      const status = message.payload as Status | undefined;
      if (message.event !== 'update' || !status) {
        continue;
      }
      const shared = /^timeline:(public|hashtag)/.test(channel);
      if (shared) {
        expect(status).toMatchObject({ visibility: 'public', reblog: null });
      }
      seen[shared ? 'shared' : 'kept'] += status.visibility === 'public' && !status.reblog ? 0 : 1;
    }
    expect(seen).toEqual({ kept: expect.any(Number) as number, shared: 0 });
    expect(seen.kept).toBeGreaterThan(0);
  });

  it('edits and deletes only statuses that it published on that channel before, for any seed', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const published = new Set<string>();
        const deleted = new Set<string>();
        for (const { channel, message } of steps(round * 3, seed).flat()) {
          if (message.event === 'update') {
            published.add(`${channel} ${(message.payload as Status).id}`);
          } else if (message.event === 'status.update') {
            const key = `${channel} ${(message.payload as Status).id}`;
            expect(published).toContain(key);
            expect(deleted).not.toContain(key);
          } else if (message.event === 'delete') {
            const key = `${channel} ${message.payload as string}`;
            expect(published).toContain(key);
            expect(deleted).not.toContain(key);
            deleted.add(key);
          }
        }
        expect(deleted.size).toBeGreaterThan(0);
      }),
      { numRuns: 25 },
    );
  });

  it('gives each status a unique id', () => {
    const publicIds = steps(round * 3)
      .flat()
      .filter(({ channel, message }) => channel === channels.home(demoUser.id) && message.event === 'update')
      .map(({ message }) => (message.payload as Status).id);
    expect(new Set(publicIds).size).toBe(publicIds.length);
  });

  it('sets edited_at on an edit', () => {
    const edit = steps(round)
      .flat()
      .find(({ message }) => message.event === 'status.update')?.message.payload as Status;
    expect(edit.edited_at).toBe('2026-05-01T12:00:00.000Z');
  });
});
