import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import {
  ask,
  authorization,
  eventStream,
  listening,
  multiplexedWebSocket,
  openWorld,
  publishEvent,
  receivedBeforeFence,
  statusBy,
  streamingPath,
  untilMetric,
  WebSocketClient,
  type RedisWorld,
  type Status,
  type StreamClient,
  type Transport,
  type Viewer,
} from '../support/index.js';
import { feeds } from './audience-case.js';
import { newCast, type Cast } from './cast.js';
import { resultOf } from './filters.cases.js';
import { HeldTable } from './held-table.js';

const { channel } = feeds.live;

describe('while events wait for the database,', () => {
  let world: RedisWorld;
  let cast: Cast;

  beforeAll(async () => {
    world = await openWorld({ env: { DB_POOL: '4' } });
  });

  afterAll(async () => {
    await world.stop();
  });

  beforeEach(async () => {
    cast = await newCast(world.fixtures);
  });

  /** Has a client leave at the end of the test. */
  const untilEnd = async <Client extends StreamClient>(opening: Promise<Client>): Promise<Client> => {
    const client = await opening;
    onTestFinished(() => client.close());
    return client;
  };

  const open = (transport: Transport, { token }: Viewer): Promise<StreamClient> =>
    untilEnd(transport.open(world.server, world.feed, { token, ...feeds.live }));

  /** A WebSocket without subscriptions. */
  const openSocket = ({ token }: Viewer): Promise<WebSocketClient> =>
    untilEnd(WebSocketClient.open(world.server.url(`${streamingPath}/`, 'ws'), { headers: authorization({ token }) }));

  const openSubscribed = async (viewer: Viewer): Promise<WebSocketClient> => {
    const client = await openSocket(viewer);
    client.subscribe(feeds.live.stream);
    await listening(client, world.feed, channel);
    return client;
  };

  const publish = async (...statuses: readonly Status[]) => {
    for (const status of statuses) {
      await publishEvent(world.feed, channel, 'update', status);
    }
  };

  const idsIn = (events: readonly { readonly event: string; readonly payload?: string }[]) =>
    events.filter(({ event }) => event === 'update').map(({ payload = '' }) => (JSON.parse(payload) as Status).id);

  it('a delete does not overtake its status, nor an edit', async () => {
    const clients = [await open(eventStream, cast.eve), await open(multiplexedWebSocket, cast.finn)];
    const held = await HeldTable.hold(world);
    const status = statusBy(cast.alice);
    await publishEvent(world.feed, channel, 'update', status);
    await held.waiting(1);
    await publishEvent(world.feed, channel, 'status.update', status);
    await publishEvent(world.feed, channel, 'delete', status.id);
    await publishEvent(world.feed, channel, 'last');
    await held.release();
    for (const client of clients) {
      const received = await client.takeUntil(({ event }) => event === 'last');
      expect(received.map(({ event }) => event)).toEqual(['update', 'status.update', 'delete']);
    }
  });

  it('what was committed meanwhile may hold, what is committed afterwards holds for what follows', async () => {
    const client = await open(eventStream, cast.eve);
    const held = await HeldTable.hold(world);
    const [before, after] = [statusBy(cast.alice), statusBy(cast.bob)];
    await publish(before);
    await held.waiting(1);
    await world.fixtures.block(cast.eve.account, cast.bob);
    await publish(after);
    await held.release();
    expect(idsIn(await receivedBeforeFence(client, world.feed, channel))).toEqual([before.id]);
  });

  it('other streams go on', async () => {
    const { feed } = world;
    const { account } = cast.eve;
    const client = await openSocket(cast.eve);
    const list = await world.fixtures.list(account);
    const others = [
      ['user', {}, `timeline:${account.id}`],
      ['list', { list }, `timeline:list:${list}`],
      ['direct', {}, `timeline:direct:${account.id}`],
    ] as const;
    for (const [stream, params, fedBy] of [['public', {}, channel] as const, ...others]) {
      client.subscribe(stream, params);
      await listening(client, feed, fedBy);
    }
    const held = await HeldTable.hold(world);
    const waiting = statusBy(cast.alice);
    await publish(waiting);
    await held.waiting(1);
    for (const [, , fedBy] of others) {
      await publishEvent(feed, fedBy, 'update', statusBy(cast.alice, { visibility: 'private' }));
      expect(idsIn(await receivedBeforeFence(client, feed, fedBy))).toHaveLength(1);
    }
    await held.release();
    expect(idsIn(await receivedBeforeFence(client, feed, channel))).toEqual([waiting.id]);
  });

  it('other channels go on as far as they do not need the same', async () => {
    const clients = [await open(eventStream, cast.eve), await openSocket(cast.eve)] as const;
    const { params, stream, channel: topic } = feeds.topic;
    clients[1].subscribe(stream, params);
    await listening(clients[1], world.feed, topic);
    // Read for statuses, but not for deletes.
    const held = await HeldTable.hold(world, 'mutes');
    const waiting = statusBy(cast.alice);
    await publish(waiting);
    await held.waiting(1);
    await publishEvent(world.feed, topic, 'delete', '110000000000000001');
    expect(await clients[1].next()).toMatchObject({ event: 'delete' });
    expect(idsIn(clients[0].received)).toEqual([]);
    await held.release();
    expect(idsIn(await receivedBeforeFence(clients[0], world.feed, channel))).toEqual([waiting.id]);
  });

  it('filters that change hold for what waits, and nothing is lost', async () => {
    const { server, feed, fixtures } = world;
    const { account } = cast.eve;
    const clients = [await open(eventStream, cast.eve), await open(multiplexedWebSocket, cast.finn)];
    const publishCat = () => publish(statusBy(cast.alice, { content: '<p>cat</p>' }));
    const filteredIn = async (client: StreamClient) => {
      const received = await receivedBeforeFence(client, feed, channel);
      return received
        .filter(({ event }) => event === 'update')
        .map(({ payload = '' }) => (JSON.parse(payload) as { filtered: unknown }).filtered);
    };
    // From here on it is known that nobody has filters.
    await publishCat();
    for (const client of clients) {
      expect(await filteredIn(client)).toEqual([[]]);
    }
    const held = await HeldTable.hold(world);
    await publishCat();
    await held.waiting(1);
    for (const title of ['first', 'second']) {
      await fixtures.sql('DELETE FROM custom_filters');
      await fixtures.filter(account, { title, keywords: [{ keyword: 'cat' }] });
      await publishEvent(feed, `timeline:system:${account.id}`, 'filters_changed');
    }
    await publishCat();
    // What was published before this one has been heard when it waits.
    await untilMetric(server, 'fedistream_audience_waiting', {}, 2);
    await held.release();
    const results = [[resultOf({ title: 'second' }, ['cat'])], []];
    for (const [index, client] of clients.entries()) {
      expect(await filteredIn(client)).toEqual([results[index], results[index]]);
    }
    expect(server.running).toBe(true);
  });

  it('who unsubscribes receives nothing any more', async () => {
    const { feed } = world;
    const client = await openSubscribed(cast.eve);
    const other = await open(eventStream, cast.finn);
    const held = await HeldTable.hold(world);
    const status = statusBy(cast.alice);
    await publish(status);
    await held.waiting(1);
    client.unsubscribe('public');
    await client.ping();
    await held.release();
    expect(idsIn(await receivedBeforeFence(other, feed, channel))).toEqual([status.id]);
    // Subscribed again, it has missed what was published before.
    client.subscribe('public');
    await listening(client, feed, channel);
    expect(idsIn(await receivedBeforeFence(client, feed, channel))).toEqual([]);
  });

  it('who comes later does not receive what was published before', async () => {
    const client = await open(eventStream, cast.eve);
    await world.fixtures.block(cast.finn.account, cast.alice);
    const held = await HeldTable.hold(world);
    const status = statusBy(cast.alice);
    await publish(status);
    await held.waiting(1);
    const late = await open(eventStream, cast.finn);
    await held.release();
    expect(idsIn(await receivedBeforeFence(client, world.feed, channel))).toEqual([status.id]);
    expect(idsIn(await receivedBeforeFence(late, world.feed, channel))).toEqual([]);
  });

  it('who leaves disturbs nobody', async () => {
    const { server, feed } = world;
    const client = await open(eventStream, cast.eve);
    const [leaving, breaking] = [await open(eventStream, cast.finn), await openSubscribed(cast.finn)];
    const held = await HeldTable.hold(world);
    const status = statusBy(cast.alice);
    await publish(status);
    await held.waiting(1);
    await leaving.close();
    breaking.terminate();
    await publishEvent(feed, `timeline:access_token:${cast.finn.tokenId}`, 'kill');
    await held.release();
    expect(idsIn(await receivedBeforeFence(client, feed, channel))).toEqual([status.id]);
    await untilMetric(server, 'fedistream_audience_waiting', {}, 0);
  });

  it('people can log in, open other streams, and everything can be measured', async () => {
    const { server, feed, fixtures } = world;
    const { account, token } = cast.eve;
    // Channels of their own: their lookups are not joined.
    const tags = Array.from({ length: 30 }, (_, index) => `tag${index}`);
    const client = await openSocket(cast.eve);
    for (const tag of tags) {
      client.subscribe('hashtag', { tag });
      await listening(client, feed, `timeline:hashtag:${tag}`);
    }
    const held = await HeldTable.hold(world);
    for (const tag of tags) {
      await publishEvent(feed, `timeline:hashtag:${tag}`, 'update', statusBy(cast.alice));
    }
    await untilMetric(server, 'fedistream_audience_waiting', {}, tags.length);
    await held.waiting(1);
    const list = await fixtures.list(account);
    const wanted = { token, stream: 'list', params: { list }, channel: `timeline:list:${list}` };
    const newcomer = await untilEnd(eventStream.open(server, feed, wanted));
    expect(await receivedBeforeFence(newcomer, feed, wanted.channel)).toEqual([]);
    expect(await ask(server.url(`${streamingPath}/health`))).toMatchObject({ status: 200, body: 'OK' });
    await held.release();
    for (const tag of tags) {
      await receivedBeforeFence(client, feed, `timeline:hashtag:${tag}`);
    }
    expect(idsIn(client.received)).toHaveLength(tags.length);
  });
});
