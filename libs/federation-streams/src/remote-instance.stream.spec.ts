import { openStream } from '@fedistream/stream-kit/testing';
import { describe, expect, it } from 'vitest';
import { remoteInstance } from './remote-instance.stream.js';
import { SeenStatuses } from './seen-statuses.js';

const status = (id: string, domain: string) => ({
  id,
  visibility: 'public',
  account: { id: `9${id}`, username: 'ada', acct: `ada@${domain}` },
});

describe('the stream remote:instance', () => {
  it('passes the statuses of that server, however its domain is written, and no others', async () => {
    const stream = await openStream(remoteInstance, {
      deps: { seen: new SeenStatuses() },
      params: { instance: 'BÜCHER.example' },
    });
    await stream.publish('timeline:public:remote', 'update', status('1', 'xn--bcher-kva.example'));
    await stream.publish('timeline:public:remote', 'update', status('2', 'other.example'));
    await stream.publish('timeline:public:remote', 'status.update', status('1', 'bücher.example'));
    expect(stream.received.map(({ event, payload }) => [event, payload?.slice(0, 9)])).toEqual([
      ['update', '{"id":"1"'],
      ['status.update', '{"id":"1"'],
    ]);
  });

  it('passes the deletion of a status of that server, and no deletion of which it does not know the server', async () => {
    const stream = await openStream(remoteInstance, {
      deps: { seen: new SeenStatuses() },
      params: { instance: 'one.example' },
    });
    await stream.publish('timeline:public:remote', 'update', status('1', 'one.example'));
    await stream.publish('timeline:public:remote', 'update', status('2', 'two.example'));
    for (const id of ['1', '2', '3']) {
      await stream.publish('timeline:public:remote', 'delete', id);
    }
    expect(stream.received.map(({ event, payload }) => [event, event === 'delete' ? payload : ''])).toEqual([
      ['update', ''],
      ['delete', '1'],
    ]);
  });

  it.each(['', 'localhost', 'a.example:80', 'a b.example', 'x'.repeat(300)])(
    'refuses %j, which is no domain',
    async (name) => {
      const opened = openStream(remoteInstance, { deps: { seen: new SeenStatuses() }, params: { instance: name } });
      await expect(opened).rejects.toMatchObject({ status: 400 });
    },
  );
});
