import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import {
  eventStream,
  multiplexedWebSocket,
  openTestEnvironment,
  publishEvent,
  receivedBeforeFence,
  statusBy,
  type RedisTestEnvironment,
  type StreamClient,
  type Transport,
  type Viewer,
} from '../support/index.js';
import { feeds } from './audience-case.js';
import { disabled, giveRole, newPeople, permissions, type People } from './people.js';

/** Texts of `settings.value` that close a feed, as several versions of Ruby and administrators write them. */
const closing = [disabled, '--- disabled', 'disabled', `--- 'disabled'\n`, '--- "disabled"\n', '--- :disabled\n'];
const opening = ['--- public\n', '--- authenticated\n', '--- ""\n', '', '--- \n', '--- not disabled\n', '--- false\n'];

describe('the feed access settings', () => {
  let environment: RedisTestEnvironment;
  let people: People;

  beforeAll(async () => {
    environment = await openTestEnvironment();
    people = await newPeople(environment.fixtures);
    await giveRole(environment.fixtures, people.finn, permissions.viewFeeds);
  });

  afterAll(async () => {
    await environment.stop();
  });

  afterEach(async () => {
    await environment.fixtures.sql('DELETE FROM settings');
  });

  const open = (transport: Transport, { token }: Viewer, kind: keyof typeof feeds) =>
    transport.open(environment.server, environment.publisher, { token, ...feeds[kind] });

  const closeBoth = async (kind: keyof typeof feeds) => {
    await environment.fixtures.setting(`local_${kind}_feed_access`, disabled);
    await environment.fixtures.setting(`remote_${kind}_feed_access`, disabled);
  };

  /**
   * A closed feed delivers no fence to an ordinary viewer. An administrator waits for the fence, which proves that every
   * event is decided; then the feed is opened for a second fence.
   */
  const receivedWhileClosed = async (client: StreamClient, staff: StreamClient, channel: string) => {
    await receivedBeforeFence(staff, environment.publisher, channel);
    await environment.fixtures.sql('DELETE FROM settings');
    return receivedBeforeFence(client, environment.publisher, channel);
  };

  describe.each([
    ['closes', closing, []],
    ['leaves open', opening, ['update']],
  ] as const)('the value %s the feed', (_what, values, expected) => {
    it.each(values.map((value) => [JSON.stringify(value), value] as const))('%s', async (_text, value) => {
      const client = await open(eventStream, people.eve, 'live');
      await environment.fixtures.setting('local_live_feed_access', value);
      await publishEvent(environment.publisher, 'timeline:public', 'update', statusBy(people.alice));
      const received = await receivedBeforeFence(client, environment.publisher, 'timeline:public');
      expect(received.map(({ event }) => event)).toEqual(expected);
      await client.close();
    });
  });

  it('close the feed when a value is not valid YAML', async () => {
    const client = await open(eventStream, people.eve, 'live');
    await environment.fixtures.setting('local_live_feed_access', '--- "disabled\n  - {');
    await publishEvent(environment.publisher, 'timeline:public', 'update', statusBy(people.alice));
    expect(await receivedBeforeFence(client, environment.publisher, 'timeline:public')).toEqual([]);
    await client.close();
  });

  describe.each([eventStream, multiplexedWebSocket])('over the $name,', (transport) => {
    it.each(['live', 'topic'] as const)('withhold every event of a closed %s feed, deletes included', async (kind) => {
      const { channel } = feeds[kind];
      const client = await open(transport, people.eve, kind);
      const staff = await open(transport, people.finn, kind);
      await closeBoth(kind);
      const events = ['update', 'status.update', 'delete', 'anything'] as const;
      for (const event of events) {
        const payload = event === 'delete' ? '110000000000000001' : statusBy(people.bob);
        await publishEvent(environment.publisher, channel, event, payload);
      }
      expect(await receivedWhileClosed(client, staff, channel)).toEqual([]);
      expect(staff.received.map(({ event }) => event).filter((event) => event !== 'fence')).toEqual(events);
      await client.close();
      await staff.close();
    });
  });

  it('of topic feeds do not close public streams, and those of live feeds do not close hashtags', async () => {
    for (const [closed, other] of [
      ['live', 'topic'],
      ['topic', 'live'],
    ] as const) {
      const client = await open(eventStream, people.eve, other);
      await closeBoth(closed);
      await publishEvent(environment.publisher, feeds[other].channel, 'update', statusBy(people.alice));
      await publishEvent(environment.publisher, feeds[other].channel, 'delete', '110000000000000001');
      const received = await receivedBeforeFence(client, environment.publisher, feeds[other].channel);
      expect(received.map(({ event }) => event)).toEqual(['update', 'delete']);
      await client.close();
      await environment.fixtures.sql('DELETE FROM settings');
    }
  });

  it('do not close streams whose audience the publisher decides', async () => {
    await closeBoth('live');
    await closeBoth('topic');
    const channel = `timeline:${people.eve.account.id}`;
    const { token } = people.eve;
    const client = await eventStream.open(environment.server, environment.publisher, {
      token,
      stream: 'user',
      channel,
    });
    await publishEvent(environment.publisher, channel, 'update', statusBy(people.alice));
    await publishEvent(environment.publisher, channel, 'delete', '110000000000000001');
    const received = await receivedBeforeFence(client, environment.publisher, channel);
    expect(received.map(({ event }) => event)).toEqual(['update', 'delete']);
    await client.close();
  });
});
