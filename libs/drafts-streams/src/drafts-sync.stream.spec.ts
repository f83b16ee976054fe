import { openStream } from '@fedistream/stream-kit/testing';
import { describe, expect, it } from 'vitest';
import { draftChannel } from './drafts-sync.contract.js';
import { draftsSync } from './drafts-sync.stream.js';

const access = {
  mayEdit: (accountId: string, draft: string) => Promise.resolve(accountId === '1' && draft === '42'),
  mayEditEach: () => Promise.resolve([true]),
  unread: () => Promise.resolve(3),
};

describe('the stream drafts:sync', () => {
  it('begins with how much is unread, and passes changes of the kind that was asked for', async () => {
    const stream = await openStream(draftsSync, { deps: { access }, params: { draft: '42', kind: 'poll' } });
    await stream.publish(draftChannel('42'), 'draft', { id: '42', kind: 'text', text: 'a' });
    await stream.publish(draftChannel('42'), 'draft', { id: '42', kind: 'poll', text: 'b' });
    expect(stream.received.map(({ event, payload }) => [event, payload])).toEqual([
      ['unread', '{"count":3}'],
      ['draft', '{"id":"42","kind":"poll","text":"b"}'],
    ]);
  });

  it('refuses another account', async () => {
    const opened = openStream(draftsSync, { deps: { access }, params: { draft: '43' } });
    await expect(opened).rejects.toMatchObject({ code: 'notAuthorized' });
  });

  it('ends when the draft is given to another account', async () => {
    const stream = await openStream(draftsSync, {
      deps: { access: { ...access, mayEditEach: () => Promise.resolve([false]) } },
      params: { draft: '42' },
    });
    await stream.reauthorize();
    expect(stream.errors).toEqual(['401 Not authorized to stream this drafts:sync']);
  });
});
