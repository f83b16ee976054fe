import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openCheckedEnvironment } from '../conformance/checked-environment.js';
import {
  metric,
  publishEvent,
  receivedBeforeFence,
  transports,
  type RedisTestEnvironment,
  type StreamClient,
  type Viewer,
  untilMetric,
} from '../support/index.js';
import { UnaffectedClients } from './unaffected-clients.js';
import { payloadCases } from './malformed.cases.js';

const author = { id: '109999999999999999', username: 'writer', domain: undefined, acct: 'writer' };

describe('a malformed status', () => {
  let environment: RedisTestEnvironment;
  let others: UnaffectedClients;
  let viewer: Viewer;

  beforeAll(async () => {
    environment = await openCheckedEnvironment();
    viewer = await environment.fixtures.viewer({ chosenLanguages: null });
    // A filter, a block and a domain block give every rule a row.
    const { account } = viewer;
    await environment.fixtures.filter(account, { keywords: [{ keyword: 'nothing' }], statusIds: ['1'] });
    await environment.fixtures.block(account, await environment.fixtures.account());
    await environment.fixtures.blockDomain(account, 'blocked.example');
    others = await UnaffectedClients.open(environment);
  });

  afterAll(async () => {
    await others.close();
    await environment.stop();
  });

  describe.each([
    { stream: 'public', channel: 'timeline:public', params: {} },
    { stream: 'hashtag', channel: 'timeline:hashtag:x', params: { tag: 'x' } },
  ])('on $stream', ({ stream, channel, params }) => {
    let clients: StreamClient[];

    beforeAll(async () => {
      const wanted = { token: viewer.token, stream, params, channel };
      clients = await Promise.all(
        transports.map((transport) => transport.open(environment.server, environment.publisher, wanted)),
      );
    });

    afterAll(async () => {
      await Promise.all(clients.map((client) => client.close()));
    });

    it.each(payloadCases(author))(
      'is delivered: $delivered, for $name, and affects no other client',
      async ({ payload, delivered }) => {
        for (const event of ['update', 'status.update']) {
          await publishEvent(environment.publisher, channel, event, payload);
        }
        for (const client of clients) {
          const received = await receivedBeforeFence(client, environment.publisher, channel);
          const events = received.map(({ event }) => event).filter((event) => event !== 'fence');
          expect(events).toEqual(delivered ? ['update', 'status.update'] : []);
        }
        await others.undisturbed();
      },
    );
  });

  it('of JSON nested a million deep is dropped, in every member and on every channel', async () => {
    const before = Number(
      await metric(environment.server, 'fedistream_messages_malformed_total', { reason: 'tooDeep' }),
    );
    const wanted = { token: viewer.token, stream: 'user', channel: `timeline:${viewer.account.id}` };
    const clients = await Promise.all(
      transports.map((transport) => transport.open(environment.server, environment.publisher, wanted)),
    );
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
        await environment.publisher.publish(channel, text);
      }
    }
    await others.undisturbed();
    for (const client of clients) {
      const received = await receivedBeforeFence(client, environment.publisher, wanted.channel);
      expect(received.filter(({ event }) => event !== 'fence')).toEqual([]);
      await client.close();
    }
    const after = before + channels.length * texts.length;
    await untilMetric(environment.server, 'fedistream_messages_malformed_total', { reason: 'tooDeep' }, after);
  });

  it('is logged at most once in 10 s', async () => {
    const channel = `timeline:${viewer.account.id}`;
    const wanted = { token: viewer.token, stream: 'user', channel };
    const client = await transports[0]!.open(environment.server, environment.publisher, wanted);
    const before = environment.server.logSoFar.length;
    for (let time = 0; time < 1_000; time++) {
      await environment.publisher.publish(channel, 'no JSON');
    }
    expect(await receivedBeforeFence(client, environment.publisher, channel)).toEqual([]);
    expect(environment.server.logSoFar.length - before).toBeLessThan(10);
    await client.close();
  });
});
