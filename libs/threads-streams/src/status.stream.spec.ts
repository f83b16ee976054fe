import { openStream } from '@fedistream/stream-kit/testing';
import { describe, expect, it } from 'vitest';
import { threadChannel } from './status.contract.js';
import { status } from './status.stream.js';

const reply = {
  id: '43',
  visibility: 'public',
  account: { id: '9', username: 'ada', acct: 'ada' },
  in_reply_to_id: '42',
};

describe('the stream status', () => {
  it('passes edits, replies and deletions of its thread', async () => {
    const stream = await openStream(status, { params: { id: '42' } });
    await stream.publish(threadChannel('42'), 'update', reply);
    await stream.publish(threadChannel('42'), 'status.update', { ...reply, id: '42' });
    await stream.publish(threadChannel('42'), 'delete', '43');
    await stream.publish(threadChannel('41'), 'delete', '40');
    expect(stream.received.map(({ event }) => event)).toEqual(['update', 'status.update', 'delete']);
  });

  it('passes no private reply, although the publisher sent it', async () => {
    const stream = await openStream(status, { params: { id: '42' } });
    await stream.publish(threadChannel('42'), 'update', { ...reply, visibility: 'private' });
    expect(stream.received).toEqual([]);
  });
});
