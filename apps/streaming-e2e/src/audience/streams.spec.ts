import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  boostBy,
  multiplexedWebSocket,
  openTestEnvironment,
  publishEvent,
  receivedBeforeFence,
  statusBy,
  type RedisTestEnvironment,
} from '../support/index.js';
import { chooseLanguages, domainOf, newPeople, type People } from './people.js';
import { resultOf } from './filters.cases.js';

/** Streams whose audience the server decides, with their channels. */
const decided = [
  ...['public', 'public:local', 'public:remote', 'public:media', 'public:local:media', 'public:remote:media'].map(
    (stream) => ({ stream, params: {}, channel: `timeline:${stream}` }),
  ),
  { stream: 'hashtag', params: { tag: 'Katzenbäume' }, channel: 'timeline:hashtag:katzenbaume' },
  { stream: 'hashtag:local', params: { tag: 'cats' }, channel: 'timeline:hashtag:cats:local' },
];

describe('the audience rules', () => {
  let environment: RedisTestEnvironment;
  let people: People;
  let list: string;

  beforeAll(async () => {
    environment = await openTestEnvironment();
    const { fixtures } = environment;
    people = await newPeople(fixtures);
    const { account } = people.eve;
    list = await fixtures.list(account);
    await fixtures.block(account, people.alice);
    await fixtures.blockDomain(account, domainOf(people.bob));
    await fixtures.filter(account, { keywords: [{ keyword: 'cat' }] });
    await chooseLanguages(fixtures, people.eve, ['en']);
  });

  afterAll(async () => {
    await environment.stop();
  });

  const publishAll = async (channel: string) => {
    const { alice, bob, carol } = people;
    const statuses = [
      statusBy(alice),
      statusBy(carol, { content: '<p>cat</p>' }),
      statusBy(bob),
      boostBy(carol, statusBy(alice)),
      statusBy(carol, { language: 'de' }),
      statusBy(carol, { visibility: 'private' }),
    ];
    for (const status of statuses) {
      await publishEvent(environment.publisher, channel, 'update', status);
    }
    return statuses;
  };

  const receivedOn = async (stream: string, channel: string, params = {}) => {
    const { token } = people.eve;
    const client = await multiplexedWebSocket.open(environment.server, environment.publisher, {
      token,
      stream,
      params,
      channel,
    });
    const statuses = await publishAll(channel);
    const received = await receivedBeforeFence(client, environment.publisher, channel);
    await client.close();
    return { statuses, received };
  };

  it.each(decided)('apply on $stream', async ({ stream, params, channel }) => {
    const { statuses, received } = await receivedOn(stream, channel, params);
    const label = [stream, ...Object.values(params)];
    expect(received.map((one) => one.stream)).toEqual([label]);
    expect(received.map(({ payload = '' }) => JSON.parse(payload) as unknown)).toEqual([
      { ...statuses[1], filtered: [resultOf({}, ['cat'])] },
    ]);
  });

  it.each([
    ['user', () => ({ channel: `timeline:${people.eve.account.id}`, params: {} })],
    ['list', () => ({ channel: `timeline:list:${list}`, params: { list } })],
    ['direct', () => ({ channel: `timeline:direct:${people.eve.account.id}`, params: {} })],
  ])('do not apply on %s, whose audience the publisher decides', async (stream, source) => {
    const { channel, params } = source();
    const { statuses, received } = await receivedOn(stream, channel, params);
    // The payload is byte for byte the published one.
    expect(received.map(({ payload }) => payload)).toEqual(statuses.map((status) => JSON.stringify(status)));
  });

  it('withhold events other than statuses unless their name or payload shows that they are harmless', async () => {
    const { server, publisher } = environment;
    const { token } = people.eve;
    const channel = 'timeline:public';
    const client = await multiplexedWebSocket.open(server, publisher, { token, stream: 'public', channel });
    const { id } = people.alice;
    const about = JSON.stringify({ visibility: 'private', target_account: { id }, account_id: id });
    const events = ['delete', 'announcement', 'notification', 'Update', 'status.updated'];
    for (const event of events) {
      await publisher.publish(channel, `{"event":"${event}","payload":${about}}`);
    }
    await publisher.publish(channel, '{"event":"delete","payload":"1"}');
    await publisher.publish(channel, '{"event":"filters_changed"}');
    const received = await receivedBeforeFence(client, publisher, channel);
    expect(received.map(({ event, payload }) => [event, payload])).toEqual([
      ['delete', '1'],
      ['filters_changed', undefined],
    ]);
    await client.close();
  });

  it('withhold a hidden status that is published under another event name', async () => {
    const { server, publisher } = environment;
    const channel = 'timeline:public';
    const clients = await Promise.all(
      [people.eve, people.finn].map(({ token }) =>
        multiplexedWebSocket.open(server, publisher, { token, stream: 'public', channel }),
      ),
    );
    const said = JSON.stringify(statusBy(people.alice));
    const names = ['Update', 'status.updated', 'notification'];
    for (const event of names) {
      await publishEvent(publisher, channel, event, statusBy(people.carol, { visibility: 'private' }));
      await publisher.publish(channel, `{"event":"${event}","payload":${said}}`);
    }
    const received = await Promise.all(clients.map((client) => receivedBeforeFence(client, publisher, channel)));
    const payloads = received.map((events) =>
      events.filter(({ event }) => names.includes(event)).map(({ payload }) => payload),
    );
    expect(payloads).toEqual([[], [said, said, said]]);
    await Promise.all(clients.map((client) => client.close()));
  });

  it('keep the published text of a status and append filter results', async () => {
    const { server, publisher } = environment;
    const { id, acct, username } = people.carol;
    const channel = 'timeline:public';
    const account = `"account":{"id":"${id}","username":"${username}","acct":"${acct}"}`;
    const odd = '"z":1,"2":"b","1":"a","far":1E400,"price":1.10,"big":9007199254740993001,"esc":"\\u00e9\\/"';
    const text = `{${odd},"visibility":"public","language":"en",${account},"content":"<p>dog</p>"}`;
    const clients = await Promise.all(
      [people.eve, people.finn].map(({ token }) =>
        multiplexedWebSocket.open(server, publisher, { token, stream: 'public', channel }),
      ),
    );
    await publisher.publish(channel, `{"event":"status.update","payload":${text}}`);
    for (const client of clients) {
      const { payload } = await client.next();
      expect(payload).toBe(`${text.slice(0, -1)},"filtered":[]}`);
      await client.close();
    }
  });
});
