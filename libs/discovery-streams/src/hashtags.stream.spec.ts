import { openStream } from '@fedistream/stream-kit/testing';
import { describe, expect, it } from 'vitest';
import { FirstArrivals } from './first-arrivals.js';
import { hashtags } from './hashtags.stream.js';

const status = (id: string, ...names: string[]) => ({
  id,
  visibility: 'public',
  account: { id: '9', username: 'ada', acct: 'ada' },
  tags: names.map((name) => ({ name })),
});
const open = (params: Record<string, readonly string[]>) =>
  openStream(hashtags, { deps: { arrivals: new FirstArrivals() }, params });

describe('the stream hashtags', () => {
  it.each([
    [{ any: ['Cats', 'dogs'] }, ['1', '2', '3']],
    [{ any: ['cats', 'dogs'], none: ['cute'] }, ['1', '2']],
    [{ any: ['cats'], all: ['cute'] }, ['3']],
    [{ all: ['cats', 'cute'] }, ['3']],
  ])('with %j passes %j, each once', async (params, expected) => {
    const stream = await open(params);
    for (const [id, ...names] of [
      ['1', 'cats'],
      ['2', 'dogs'],
      ['3', 'cats', 'dogs', 'Cute'],
      ['4', 'birds'],
    ] as const) {
      for (const name of names) {
        await stream.publish(`timeline:hashtag:${name.toLowerCase()}`, 'update', status(id, ...names));
      }
    }
    expect(stream.received.map(({ payload }) => (JSON.parse(payload ?? '') as { id: string }).id)).toEqual(expected);
  });

  it('passes a deletion once, although each of its channels carries it', async () => {
    const stream = await open({ any: ['cats', 'dogs'] });
    await stream.publish('timeline:hashtag:cats', 'delete', '1');
    await stream.publish('timeline:hashtag:dogs', 'delete', '1');
    expect(stream.received).toEqual([{ stream: ['hashtags', 'any=cats', 'any=dogs'], event: 'delete', payload: '1' }]);
  });

  it('is not replayed: which copies of a status a client has received cannot be known when it resumes', () => {
    expect(hashtags.declaration.replayable).toBe(false);
  });

  it.each([{}, { none: ['cats'] }, { any: ['!'] }])('refuses %j, which no channel could feed', async (params) => {
    await expect(open(params)).rejects.toMatchObject({ status: 400, message: 'Missing any or all parameter' });
  });
});
