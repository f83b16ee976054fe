import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import {
  eventStream,
  multiplexedWebSocket,
  openWorld,
  publishEvent,
  receivedBeforeFence,
  statusBy,
  type RedisWorld,
  type StreamClient,
  type Transport,
  type Viewer,
} from '../support/index.js';
import { feeds } from './audience-case.js';
import { disabled, giveRole, newCast, permissions, type Cast } from './cast.js';

/** Texts of `settings.value` that close a feed, as several versions of Ruby and people write them. */
const closing = [disabled, '--- disabled', 'disabled', `--- 'disabled'\n`, '--- "disabled"\n', '--- :disabled\n'];
const opening = ['--- public\n', '--- authenticated\n', '--- ""\n', '', '--- \n', '--- not disabled\n', '--- false\n'];

describe('the settings of feed access', () => {
  let world: RedisWorld;
  let cast: Cast;

  beforeAll(async () => {
    world = await openWorld();
    cast = await newCast(world.fixtures);
    await giveRole(world.fixtures, cast.finn, permissions.viewFeeds);
  });

  afterAll(async () => {
    await world.stop();
  });

  afterEach(async () => {
    await world.fixtures.sql('DELETE FROM settings');
  });

  const open = (transport: Transport, { token }: Viewer, kind: keyof typeof feeds) =>
    transport.open(world.server, world.feed, { token, ...feeds[kind] });

  const closeBoth = async (kind: keyof typeof feeds) => {
    await world.fixtures.setting(`local_${kind}_feed_access`, disabled);
    await world.fixtures.setting(`remote_${kind}_feed_access`, disabled);
  };

  /**
   * A closed feed lets no fence through: somebody who may see everything waits for it, so that all is decided; then the
   * feed is opened for another one.
   */
  const receivedWhileClosed = async (client: StreamClient, staff: StreamClient, channel: string) => {
    await receivedBeforeFence(staff, world.feed, channel);
    await world.fixtures.sql('DELETE FROM settings');
    return receivedBeforeFence(client, world.feed, channel);
  };

  describe.each([
    ['closes', closing, []],
    ['leaves open', opening, ['update']],
  ] as const)('a value that %s the feed', (_what, values, expected) => {
    it.each(values.map((value) => [JSON.stringify(value), value] as const))('%s', async (_text, value) => {
      const client = await open(eventStream, cast.eve, 'live');
      await world.fixtures.setting('local_live_feed_access', value);
      await publishEvent(world.feed, 'timeline:public', 'update', statusBy(cast.alice));
      const received = await receivedBeforeFence(client, world.feed, 'timeline:public');
      expect(received.map(({ event }) => event)).toEqual(expected);
      await client.close();
    });
  });

  it('that cannot be read closes the feed', async () => {
    const client = await open(eventStream, cast.eve, 'live');
    await world.fixtures.setting('local_live_feed_access', '--- "disabled\n  - {');
    await publishEvent(world.feed, 'timeline:public', 'update', statusBy(cast.alice));
    expect(await receivedBeforeFence(client, world.feed, 'timeline:public')).toEqual([]);
    await client.close();
  });

  describe.each([eventStream, multiplexedWebSocket])('over the $name,', (transport) => {
    it.each(['live', 'topic'] as const)(
      'let out nothing at all of a closed %s feed, deletes included',
      async (kind) => {
        const { channel } = feeds[kind];
        const client = await open(transport, cast.eve, kind);
        const staff = await open(transport, cast.finn, kind);
        await closeBoth(kind);
        const events = ['update', 'status.update', 'delete', 'anything'] as const;
        for (const event of events) {
          const payload = event === 'delete' ? '110000000000000001' : statusBy(cast.bob);
          await publishEvent(world.feed, channel, event, payload);
        }
        expect(await receivedWhileClosed(client, staff, channel)).toEqual([]);
        expect(staff.received.map(({ event }) => event).filter((event) => event !== 'fence')).toEqual(events);
        await client.close();
        await staff.close();
      },
    );
  });

  it('of hashtags do not concern public streams, nor the other way round', async () => {
    for (const [closed, other] of [
      ['live', 'topic'],
      ['topic', 'live'],
    ] as const) {
      const client = await open(eventStream, cast.eve, other);
      await closeBoth(closed);
      await publishEvent(world.feed, feeds[other].channel, 'update', statusBy(cast.alice));
      await publishEvent(world.feed, feeds[other].channel, 'delete', '110000000000000001');
      const received = await receivedBeforeFence(client, world.feed, feeds[other].channel);
      expect(received.map(({ event }) => event)).toEqual(['update', 'delete']);
      await client.close();
      await world.fixtures.sql('DELETE FROM settings');
    }
  });

  it('do not concern streams that somebody else has decided about', async () => {
    await closeBoth('live');
    await closeBoth('topic');
    const channel = `timeline:${cast.eve.account.id}`;
    const { token } = cast.eve;
    const client = await eventStream.open(world.server, world.feed, { token, stream: 'user', channel });
    await publishEvent(world.feed, channel, 'update', statusBy(cast.alice));
    await publishEvent(world.feed, channel, 'delete', '110000000000000001');
    const received = await receivedBeforeFence(client, world.feed, channel);
    expect(received.map(({ event }) => event)).toEqual(['update', 'delete']);
    await client.close();
  });
});
