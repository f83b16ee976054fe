import { statusOf } from '@fedistream/audience/testing';
import { bufferTime, debounceTime, filter, map, type Observable } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { recordId, Stream, StreamEvent, type StreamContext, type StreamSource } from '../index.js';
import { openStream, viewer } from './index.js';

@Stream({ name: 'polls', scopes: ['read'], audience: 'chosen-by-publisher', params: { poll: recordId() } })
class PollStream implements StreamSource<{ poll: string }> {
  channels({ params }: StreamContext<{ poll: string }>) {
    return [`poll:${params.poll}`];
  }
}

/** How many votes came within a second. */
@Stream({ name: 'votes', scopes: ['read'], audience: 'chosen-by-publisher' })
class VotesStream implements StreamSource {
  channels() {
    return ['votes'];
  }

  select(events: Observable<StreamEvent>) {
    return events.pipe(
      bufferTime(1_000),
      filter((votes) => votes.length > 0),
      map((votes) => StreamEvent.of('votes', String(votes.length))),
    );
  }
}

/** The last of several statuses that come in quick succession. */
@Stream({ name: 'calm', scopes: ['read'], audience: 'per-viewer' })
class CalmStream implements StreamSource {
  channels() {
    return ['calm'];
  }

  select(events: Observable<StreamEvent>) {
    return events.pipe(debounceTime(1_000));
  }
}

@Stream({ name: 'statuses', scopes: ['read'], audience: 'per-viewer' })
class StatusStream implements StreamSource {
  channels() {
    return ['statuses'];
  }
}

describe('openStream', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('asks for scopes before it reads parameters, as the server does', async () => {
    await expect(openStream(new PollStream(), { viewer: viewer({ scopes: 'profile' }) })).rejects.toMatchObject({
      code: 'missingScope',
    });
    await expect(openStream(new PollStream())).rejects.toMatchObject({ code: 'missingParameter' });
  });

  it('does not know a name that the stream has not declared, whatever the scopes', async () => {
    const opened = openStream(new PollStream(), { name: 'poll', viewer: viewer({ scopes: 'profile' }) });
    await expect(opened).rejects.toMatchObject({ code: 'unknownStream' });
  });

  it('publishes under fake timers, and what waits for time arrives when time passes', async () => {
    vi.useFakeTimers();
    const stream = await openStream(new VotesStream());
    await stream.publish('votes', 'vote');
    await stream.publish('votes', 'vote');
    expect(stream.received).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(stream.received).toEqual([{ stream: ['votes'], event: 'votes', payload: '2' }]);
    stream.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('decides about each viewer under fake timers, too, when another millisecond passes', async () => {
    vi.useFakeTimers();
    const stream = await openStream(new CalmStream());
    await stream.publish('calm', 'update', statusOf({ id: '1' }));
    await vi.advanceTimersByTimeAsync(999);
    await stream.publish('calm', 'update', statusOf({ id: '2' }));
    await vi.advanceTimersByTimeAsync(999);
    expect(stream.received).toEqual([]);
    await vi.advanceTimersByTimeAsync(1 + 1);
    expect(stream.received.map(({ payload }) => idIn(payload))).toEqual(['2']);
  });

  it('has everything that follows from an event when publish settles, however many came before', async () => {
    const stream = await openStream(new StatusStream());
    for (let count = 1; count <= 500; count++) {
      await stream.publish('statuses', 'update', statusOf({ id: String(count) }));
      expect(stream.received).toHaveLength(count);
    }
    expect(idIn(stream.received.at(-1)?.payload)).toBe('500');
  });

  it('has everything of many events that were published at once when they have settled', async () => {
    const stream = await openStream(new StatusStream());
    const ids = Array.from({ length: 500 }, (_, index) => String(index + 1));
    await Promise.all(ids.map((id) => stream.publish('statuses', 'update', statusOf({ id }))));
    expect(stream.received.map(({ payload }) => idIn(payload))).toEqual(ids);
  });
});

function idIn(payload: string | undefined): unknown {
  return (JSON.parse(payload ?? '{}') as { id?: unknown }).id;
}
