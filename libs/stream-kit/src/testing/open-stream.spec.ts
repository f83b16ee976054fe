import { statusOf } from '@fedistream/audience/testing';
import { bufferTime, filter, map } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { channelFamily, channels, noPayload, payload, recordId, stream } from '../index.js';
import { openStream, viewer } from './index.js';

const pollChannel = channelFamily('timeline:poll:{poll}', { vote: noPayload() });
const poll = stream({
  name: 'polls',
  scopes: ['read'],
  audience: 'chosen-by-publisher',
  params: { poll: recordId() },
  channels: ({ params }) => [pollChannel(params.poll)],
});

/** How many votes came within a second. */
const votes = stream({
  name: 'votes',
  scopes: ['read'],
  audience: 'chosen-by-publisher',
  source: { vote: noPayload() },
  events: { votes: payload<string>() },
  channels: () => [pollChannel('1')],
  select: (events, { event }) =>
    events.pipe(
      bufferTime(1_000),
      filter((bunch) => bunch.length > 0),
      map((bunch) => event('votes', String(bunch.length))),
    ),
});

const statuses = stream({
  name: 'statuses',
  scopes: ['read'],
  audience: 'per-viewer',
  channels: () => [channels.public()],
});

describe('openStream', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('asks for scopes before it reads parameters, as the server does', async () => {
    await expect(openStream(poll, { viewer: viewer({ scopes: 'profile' }) })).rejects.toMatchObject({
      code: 'missingScope',
    });
    await expect(openStream(poll)).rejects.toMatchObject({ code: 'missingParameter' });
  });

  it('does not know a name that the stream has not declared, whatever the scopes', async () => {
    const opened = openStream(poll, { name: 'poll', viewer: viewer({ scopes: 'profile' }) });
    await expect(opened).rejects.toMatchObject({ code: 'unknownStream' });
  });

  it('publishes under fake timers, and what waits for time arrives when time passes', async () => {
    vi.useFakeTimers();
    const stream = await openStream(votes);
    await stream.publish('timeline:poll:1', 'vote');
    await stream.publish('timeline:poll:1', 'vote');
    expect(stream.received).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(stream.received).toEqual([{ stream: ['votes'], event: 'votes', payload: '2' }]);
    stream.close();
  });

  it('decides about each viewer under fake timers, too, when another millisecond passes', async () => {
    vi.useFakeTimers();
    const stream = await openStream(statuses);
    await stream.publish('timeline:public', 'update', statusOf({ id: '1' }));
    await stream.publish('timeline:public', 'update', statusOf({ id: '2' }));
    await vi.advanceTimersByTimeAsync(1);
    expect(stream.received.map(({ payload: text }) => idIn(text))).toEqual(['1', '2']);
  });

  it('has everything that follows from an event when publish settles, however many came before', async () => {
    const stream = await openStream(statuses);
    for (let count = 1; count <= 500; count++) {
      await stream.publish('timeline:public', 'update', statusOf({ id: String(count) }));
      expect(stream.received).toHaveLength(count);
    }
    expect(idIn(stream.received.at(-1)?.payload)).toBe('500');
  });

  it('has everything of many events that were published at once when they have settled', async () => {
    const stream = await openStream(statuses);
    const ids = Array.from({ length: 500 }, (_, index) => String(index + 1));
    await Promise.all(ids.map((id) => stream.publish('timeline:public', 'update', statusOf({ id }))));
    expect(stream.received.map(({ payload }) => idIn(payload))).toEqual(ids);
  });
});

function idIn(payload: string | undefined): unknown {
  return (JSON.parse(payload ?? '{}') as { id?: unknown }).id;
}
