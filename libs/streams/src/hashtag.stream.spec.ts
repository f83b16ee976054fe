import { openStream } from '@fedistream/stream-kit/testing';
import { describe, expect, it } from 'vitest';
import { hashtagStream } from './hashtag.stream.js';

/** No more of a Status than decides who may see it. */
const status = { id: '1', visibility: 'public', account: { id: '900', username: 'ada', acct: 'ada' } };

describe('the stream hashtag', () => {
  it('listens where the platform publishes the normalised tag, and keeps the label as it was written', async () => {
    const stream = await openStream(hashtagStream, { params: { tag: 'CAFÉ' } });
    expect(stream.channels).toEqual(['timeline:hashtag:cafe']);
    await stream.publish('timeline:hashtag:cafe', 'update', status);
    expect(stream.received).toMatchObject([{ stream: ['hashtag', 'CAFÉ'], event: 'update' }]);
  });

  it('has a channel of its own for statuses of this server', async () => {
    const stream = await openStream(hashtagStream, { name: 'hashtag:local', params: { tag: 'Cats' } });
    expect(stream.channels).toEqual(['timeline:hashtag:cats:local']);
  });

  it('drops a status that is not public, although it was published there', async () => {
    const stream = await openStream(hashtagStream, { params: { tag: 'cats' } });
    await stream.publish('timeline:hashtag:cats', 'update', { ...status, visibility: 'private' });
    await stream.publish('timeline:hashtag:cats', 'delete', '1');
    expect(stream.received).toMatchObject([{ event: 'delete', payload: '1' }]);
  });

  it.each([{}, { tag: '' }, { tag: '!' }])('is refused with %j, which names no tag', async (params) => {
    const opened = openStream(hashtagStream, { params });
    await expect(opened).rejects.toMatchObject({ status: 400, message: 'Missing tag name parameter' });
  });
});
