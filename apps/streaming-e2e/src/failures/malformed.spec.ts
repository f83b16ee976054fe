import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openCheckedWorld } from '../conformance/checked-world.js';
import {
  metric,
  publishEvent,
  receivedBeforeFence,
  transports,
  type RedisWorld,
  type StreamClient,
  type Viewer,
} from '../support/index.js';
import { Bystanders } from './bystanders.js';
import { payloadCases } from './malformed.cases.js';

const author = { id: '109999999999999999', username: 'writer', domain: undefined, acct: 'writer' };

describe('what nobody should publish', () => {
  let world: RedisWorld;
  let bystanders: Bystanders;
  let viewer: Viewer;

  beforeAll(async () => {
    world = await openCheckedWorld();
    viewer = await world.fixtures.viewer({ chosenLanguages: null });
    // With a filter, a block and a domain block every rule has something to look at.
    const { account } = viewer;
    await world.fixtures.filter(account, { keywords: [{ keyword: 'nothing' }], statusIds: ['1'] });
    await world.fixtures.block(account, await world.fixtures.account());
    await world.fixtures.blockDomain(account, 'blocked.example');
    bystanders = await Bystanders.open(world);
  });

  afterAll(async () => {
    await bystanders.close();
    await world.stop();
  });

  describe.each([
    { stream: 'public', channel: 'timeline:public', params: {} },
    { stream: 'hashtag', channel: 'timeline:hashtag:x', params: { tag: 'x' } },
  ])('on $stream', ({ stream, channel, params }) => {
    let clients: StreamClient[];

    beforeAll(async () => {
      const wanted = { token: viewer.token, stream, params, channel };
      clients = await Promise.all(transports.map((transport) => transport.open(world.server, world.feed, wanted)));
    });

    afterAll(async () => {
      await Promise.all(clients.map((client) => client.close()));
    });

    it.each(payloadCases(author))(
      '$name: is sent ($delivered), and disturbs nobody',
      async ({ payload, delivered }) => {
        for (const event of ['update', 'status.update']) {
          await publishEvent(world.feed, channel, event, payload);
        }
        for (const client of clients) {
          const received = await receivedBeforeFence(client, world.feed, channel);
          const events = received.map(({ event }) => event).filter((event) => event !== 'fence');
          expect(events).toEqual(delivered ? ['update', 'status.update'] : []);
        }
        await bystanders.undisturbed();
      },
    );
  });

  it('JSON a million deep is dropped, wherever it stands and on every channel', async () => {
    const before = Number(await metric(world.server, 'fedistream_messages_malformed_total', { reason: 'tooDeep' }));
    const wanted = { token: viewer.token, stream: 'user', channel: `timeline:${viewer.account.id}` };
    const clients = await Promise.all(transports.map((transport) => transport.open(world.server, world.feed, wanted)));
    const channels = [
      wanted.channel,
      `timeline:system:${viewer.account.id}`,
      `timeline:access_token:${viewer.tokenId}`,
    ];
    const deep = '['.repeat(1_000_000) + ']'.repeat(1_000_000);
    const deepObjects = '{"a":'.repeat(1_000_000) + '1' + '}'.repeat(1_000_000);
    const texts = [
      deep,
      deepObjects,
      `{"event":"update","payload":${deep}}`,
      `{"event":"update","payload":${deepObjects}}`,
      `{"event":"update","payload":"${deep}"}`,
      `{"event":${deep},"payload":"1"}`,
      `{"pattern":"x","data":{"event":"update","payload":${deep}}}`,
    ];
    for (const channel of channels) {
      for (const text of texts) {
        await world.feed.publish(channel, text);
      }
    }
    await bystanders.undisturbed();
    for (const client of clients) {
      const received = await receivedBeforeFence(client, world.feed, wanted.channel);
      expect(received.filter(({ event }) => event !== 'fence')).toEqual([]);
      await client.close();
    }
    const after = await metric(world.server, 'fedistream_messages_malformed_total', { reason: 'tooDeep' });
    expect(after).toBe(before + channels.length * texts.length);
  });

  it('is told to the operator now and then, not each time', async () => {
    const channel = `timeline:${viewer.account.id}`;
    const wanted = { token: viewer.token, stream: 'user', channel };
    const client = await transports[0]!.open(world.server, world.feed, wanted);
    const before = world.server.log.length;
    for (let time = 0; time < 1_000; time++) {
      await world.feed.publish(channel, 'no JSON');
    }
    expect(await receivedBeforeFence(client, world.feed, channel)).toEqual([]);
    expect(world.server.log.length - before).toBeLessThan(10);
    await client.close();
  });
});
