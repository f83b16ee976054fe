import { openStream } from '@fedistream/stream-kit/testing';
import { describe, expect, it } from 'vitest';
import { publicStream } from './public.stream.js';

describe('the stream public', () => {
  it.each([
    { name: 'public', channel: 'timeline:public' },
    { name: 'public:local', channel: 'timeline:public:local' },
    { name: 'public:remote', channel: 'timeline:public:remote' },
    { name: 'public:media', channel: 'timeline:public:media' },
    { name: 'public:local:media', channel: 'timeline:public:local:media' },
    { name: 'public:remote:media', channel: 'timeline:public:remote:media' },
  ])('listens as $name to $channel alone', async ({ name, channel }) => {
    const stream = await openStream(publicStream, { name });
    expect(stream.channels).toEqual([channel]);
  });
});
