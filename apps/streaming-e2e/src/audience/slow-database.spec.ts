import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import {
  httpRequest,
  authorization,
  eventStream,
  untilSubscribed,
  multiplexedWebSocket,
  openTestEnvironment,
  publishEvent,
  receivedBeforeFence,
  statusBy,
  streamingPath,
  untilMetric,
  WebSocketClient,
  type RedisTestEnvironment,
  type Status,
  type StreamClient,
  type Transport,
  type Viewer,
  TableLock,
} from '../support/index.js';
import { feeds } from './audience-case.js';
import { newPeople, type People } from './people.js';
import { resultOf } from './filters.cases.js';

const { channel } = feeds.live;

describe('while events wait for the database,', () => {
  let environment: RedisTestEnvironment;
  let people: People;

  beforeAll(async () => {
    environment = await openTestEnvironment({ env: { DB_POOL: '4' } });
  });

  afterAll(async () => {
    await environment.stop();
  });

  beforeEach(async () => {
    people = await newPeople(environment.fixtures);
  });

  /** Closes the client at the end of the test. */
  const untilEnd = async <Client extends StreamClient>(opening: Promise<Client>): Promise<Client> => {
    const client = await opening;
    onTestFinished(() => client.close());
    return client;
  };

  const open = (transport: Transport, { token }: Viewer): Promise<StreamClient> =>
    untilEnd(transport.open(environment.server, environment.publisher, { token, ...feeds.live }));

  /** A WebSocket without subscriptions. */
  const openSocket = ({ token }: Viewer): Promise<WebSocketClient> =>
    untilEnd(
      WebSocketClient.open(environment.server.url(`${streamingPath}/`, 'ws'), { headers: authorization({ token }) }),
    );

  const openSubscribed = async (viewer: Viewer): Promise<WebSocketClient> => {
    const client = await openSocket(viewer);
    client.subscribe(feeds.live.stream);
    await untilSubscribed(client, environment.publisher, channel);
    return client;
  };

  const publish = async (...statuses: readonly Status[]) => {
    for (const status of statuses) {
      await publishEvent(environment.publisher, channel, 'update', status);
    }
  };

  const idsIn = (events: readonly { readonly event: string; readonly payload?: string }[]) =>
    events.filter(({ event }) => event === 'update').map(({ payload = '' }) => (JSON.parse(payload) as Status).id);

  it('neither a delete nor an edit overtakes its status', async () => {
    const clients = [await open(eventStream, people.eve), await open(multiplexedWebSocket, people.finn)];
    const lock = await TableLock.take(environment, 'settings');
    const status = statusBy(people.alice);
    await publishEvent(environment.publisher, channel, 'update', status);
    await lock.untilBlocked(1);
    await publishEvent(environment.publisher, channel, 'status.update', status);
    await publishEvent(environment.publisher, channel, 'delete', status.id);
    await publishEvent(environment.publisher, channel, 'last');
    await lock.release();
    for (const client of clients) {
      const received = await client.takeUntil(({ event }) => event === 'last');
      expect(received.map(({ event }) => event)).toEqual(['update', 'status.update', 'delete']);
    }
  });

  it('a change committed meanwhile may apply to them, and a later change applies only to later events', async () => {
    const client = await open(eventStream, people.eve);
    const lock = await TableLock.take(environment, 'settings');
    const [before, after] = [statusBy(people.alice), statusBy(people.bob)];
    await publish(before);
    await lock.untilBlocked(1);
    await environment.fixtures.block(people.eve.account, people.bob);
    await publish(after);
    await lock.release();
    expect(idsIn(await receivedBeforeFence(client, environment.publisher, channel))).toEqual([before.id]);
  });

  it('streams that need no database keep delivering', async () => {
    const { publisher } = environment;
    const { account } = people.eve;
    const client = await openSocket(people.eve);
    const list = await environment.fixtures.list(account);
    const others = [
      ['user', {}, `timeline:${account.id}`],
      ['list', { list }, `timeline:list:${list}`],
      ['direct', {}, `timeline:direct:${account.id}`],
    ] as const;
    for (const [stream, params, fedBy] of [['public', {}, channel] as const, ...others]) {
      client.subscribe(stream, params);
      await untilSubscribed(client, publisher, fedBy);
    }
    const lock = await TableLock.take(environment, 'settings');
    const waiting = statusBy(people.alice);
    await publish(waiting);
    await lock.untilBlocked(1);
    for (const [, , fedBy] of others) {
      await publishEvent(publisher, fedBy, 'update', statusBy(people.alice, { visibility: 'private' }));
      expect(idsIn(await receivedBeforeFence(client, publisher, fedBy))).toHaveLength(1);
    }
    await lock.release();
    expect(idsIn(await receivedBeforeFence(client, publisher, channel))).toEqual([waiting.id]);
  });

  it('channels keep delivering events that need no locked table', async () => {
    const clients = [await open(eventStream, people.eve), await openSocket(people.eve)] as const;
    const { params, stream, channel: topic } = feeds.topic;
    clients[1].subscribe(stream, params);
    await untilSubscribed(clients[1], environment.publisher, topic);
    // The server reads this table for statuses, not for deletes.
    const lock = await TableLock.take(environment, 'mutes');
    const waiting = statusBy(people.alice);
    await publish(waiting);
    await lock.untilBlocked(1);
    await publishEvent(environment.publisher, topic, 'delete', '110000000000000001');
    expect(await clients[1].next()).toMatchObject({ event: 'delete' });
    expect(idsIn(clients[0].received)).toEqual([]);
    await lock.release();
    expect(idsIn(await receivedBeforeFence(clients[0], environment.publisher, channel))).toEqual([waiting.id]);
  });

  it('changed filters apply to queued events, and no event is lost', async () => {
    const { server, publisher, fixtures } = environment;
    const { account } = people.eve;
    const clients = [await open(eventStream, people.eve), await open(multiplexedWebSocket, people.finn)];
    const publishCat = () => publish(statusBy(people.alice, { content: '<p>cat</p>' }));
    const filteredIn = async (client: StreamClient) => {
      const received = await receivedBeforeFence(client, publisher, channel);
      return received
        .filter(({ event }) => event === 'update')
        .map(({ payload = '' }) => (JSON.parse(payload) as { filtered: unknown }).filtered);
    };
    // From here on the server has cached that no viewer has filters.
    await publishCat();
    for (const client of clients) {
      expect(await filteredIn(client)).toEqual([[]]);
    }
    const lock = await TableLock.take(environment, 'settings');
    await publishCat();
    await lock.untilBlocked(1);
    for (const title of ['first', 'second']) {
      await fixtures.sql('DELETE FROM custom_filters');
      await fixtures.filter(account, { title, keywords: [{ keyword: 'cat' }] });
      await publishEvent(publisher, `timeline:system:${account.id}`, 'filters_changed');
    }
    await publishCat();
    // Once this event is blocked, the server has received every earlier one.
    await untilMetric(server, 'fedistream_audience_waiting', {}, 2);
    await lock.release();
    const results = [[resultOf({ title: 'second' }, ['cat'])], []];
    for (const [index, client] of clients.entries()) {
      expect(await filteredIn(client)).toEqual([results[index], results[index]]);
    }
    expect(server.running).toBe(true);
  });

  it('a client that unsubscribes receives none of them', async () => {
    const { publisher } = environment;
    const client = await openSubscribed(people.eve);
    const other = await open(eventStream, people.finn);
    const lock = await TableLock.take(environment, 'settings');
    const status = statusBy(people.alice);
    await publish(status);
    await lock.untilBlocked(1);
    client.unsubscribe('public');
    await client.ping();
    await lock.release();
    expect(idsIn(await receivedBeforeFence(other, publisher, channel))).toEqual([status.id]);
    // A new subscription misses what was published before it.
    client.subscribe('public');
    await untilSubscribed(client, publisher, channel);
    expect(idsIn(await receivedBeforeFence(client, publisher, channel))).toEqual([]);
  });

  it('a client that connects later does not receive events published earlier', async () => {
    const client = await open(eventStream, people.eve);
    await environment.fixtures.block(people.finn.account, people.alice);
    const lock = await TableLock.take(environment, 'settings');
    const status = statusBy(people.alice);
    await publish(status);
    await lock.untilBlocked(1);
    const late = await open(eventStream, people.finn);
    await lock.release();
    expect(idsIn(await receivedBeforeFence(client, environment.publisher, channel))).toEqual([status.id]);
    expect(idsIn(await receivedBeforeFence(late, environment.publisher, channel))).toEqual([]);
  });

  it('a client that disconnects does not affect the others', async () => {
    const { server, publisher } = environment;
    const client = await open(eventStream, people.eve);
    const [leaving, breaking] = [await open(eventStream, people.finn), await openSubscribed(people.finn)];
    const lock = await TableLock.take(environment, 'settings');
    const status = statusBy(people.alice);
    await publish(status);
    await lock.untilBlocked(1);
    await leaving.close();
    breaking.terminate();
    await publishEvent(publisher, `timeline:access_token:${people.finn.tokenId}`, 'kill');
    await lock.release();
    expect(idsIn(await receivedBeforeFence(client, publisher, channel))).toEqual([status.id]);
    await untilMetric(server, 'fedistream_audience_waiting', {}, 0);
  });

  it('clients authenticate, open other streams, and metrics answer', async () => {
    const { server, publisher, fixtures } = environment;
    const { account, token } = people.eve;
    // Each has its own channel, so their lookups are not batched.
    const tags = Array.from({ length: 30 }, (_, index) => `tag${index}`);
    const client = await openSocket(people.eve);
    for (const tag of tags) {
      client.subscribe('hashtag', { tag });
      await untilSubscribed(client, publisher, `timeline:hashtag:${tag}`);
    }
    const lock = await TableLock.take(environment, 'settings');
    for (const tag of tags) {
      await publishEvent(publisher, `timeline:hashtag:${tag}`, 'update', statusBy(people.alice));
    }
    await untilMetric(server, 'fedistream_audience_waiting', {}, tags.length);
    await lock.untilBlocked(1);
    const list = await fixtures.list(account);
    const wanted = { token, stream: 'list', params: { list }, channel: `timeline:list:${list}` };
    const later = await untilEnd(eventStream.open(server, publisher, wanted));
    expect(await receivedBeforeFence(later, publisher, wanted.channel)).toEqual([]);
    expect(await httpRequest(server.url(`${streamingPath}/health`))).toMatchObject({ status: 200, body: 'OK' });
    await lock.release();
    for (const tag of tags) {
      await receivedBeforeFence(client, publisher, `timeline:hashtag:${tag}`);
    }
    expect(idsIn(client.received)).toHaveLength(tags.length);
  });
});
