import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { publishEvent, receivedBeforeFence } from './feed.js';
import { metric } from './metrics.js';
import { statusBy } from './status.js';
import { transports } from './transports.js';
import { openWorld, type World } from './world.js';

describe.each(['redis', 'memory'] as const)('a world on the %s feed', (feed) => {
  let world: World;

  beforeAll(async () => {
    world = await openWorld({ feed });
  });

  afterAll(async () => {
    await world.stop();
  });

  it.each(transports)('brings what is published to a client over the $name', async (transport) => {
    const { server, fixtures } = world;
    const author = await fixtures.account();
    const { token } = await fixtures.viewer();
    const channel = 'timeline:public';
    const client = await transport.open(server, world.feed, { token, stream: 'public', channel });
    const status = statusBy(author);
    await publishEvent(world.feed, channel, 'update', status);
    const [update] = await receivedBeforeFence(client, world.feed, channel);
    expect(update).toMatchObject({ event: 'update', ...(transport.labelled ? { stream: ['public'] } : {}) });
    expect(JSON.parse(update?.payload ?? '')).toMatchObject({ id: status.id });
    await client.close();
  });

  it('shows the server’s metrics, with and without labels', async () => {
    expect(await metric(world.server, 'connected_clients', { type: 'websocket' })).toBeTypeOf('number');
    expect(await metric(world.server, 'redis_subscriptions')).toBeTypeOf('number');
    expect(await metric(world.server, 'no_such_metric')).toBeUndefined();
  });
});
