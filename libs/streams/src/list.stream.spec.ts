import { listsOf, openStream, viewer } from '@fedistream/stream-kit/testing';
import { describe, expect, it } from 'vitest';
import { list } from './list.stream.js';

describe('the stream list', () => {
  it('delivers a list to its owner, labelled with its id', async () => {
    const stream = await openStream(list, { deps: { lists: listsOf('12') }, params: { list: '12' } });
    await stream.publish('timeline:list:12', 'update', { id: '1' });
    expect(stream.received).toEqual([{ stream: ['list', '12'], event: 'update', payload: '{"id":"1"}' }]);
  });

  it('listens to that list alone', async () => {
    const stream = await openStream(list, { deps: { lists: listsOf('12', '13') }, params: { list: '12' } });
    expect(stream.channels).toEqual(['timeline:list:12']);
  });

  it('is refused to a viewer who does not own the list', async () => {
    const opened = openStream(list, { deps: { lists: listsOf('12') }, params: { list: '13' } });
    await expect(opened).rejects.toMatchObject({ status: 401, message: 'Not authorized to stream this list' });
  });

  it.each(['-1', '012', 'x', '9223372036854775808'])('is refused for %j, which cannot be a list', async (id) => {
    const opened = openStream(list, { deps: { lists: listsOf(id) }, params: { list: id } });
    await expect(opened).rejects.toMatchObject({ status: 401, message: 'Not authorized to stream this list' });
  });

  it('is refused without a list', async () => {
    await expect(openStream(list, { deps: { lists: listsOf() } })).rejects.toMatchObject({
      status: 400,
      code: 'missingParameter',
    });
  });

  it('is refused to a token that may not read statuses', async () => {
    const opened = openStream(list, {
      deps: { lists: listsOf('12') },
      viewer: viewer({ scopes: 'read:notifications' }),
      params: { list: '12' },
    });
    await expect(opened).rejects.toMatchObject({ code: 'missingScope' });
  });

  it('ends, and says why, when the list no longer belongs to the viewer', async () => {
    const lists = listsOf('12');
    const stream = await openStream(list, { deps: { lists }, params: { list: '12' } });
    lists.ownedBy = () => Promise.resolve(false);
    await stream.reauthorize();
    expect(stream.errors).toEqual(['401 Not authorized to stream this list']);
    expect(stream.channels).toEqual([]);
  });
});
