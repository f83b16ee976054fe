import { demoAdmin, demoUser } from '@fedistream/demo';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, inject, it } from 'vitest';

import {
  copyEmbedded,
  eventStream,
  newId,
  publishEvent,
  RedisPublisher,
  Server,
  transports,
} from '../support/index.js';

describe('a demo on Redis, with the embedded database,', () => {
  let directory: string;
  let publisher: RedisPublisher;
  let server: Server;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fedistream-demo-'));
    await copyEmbedded(directory);
    publisher = new RedisPublisher(inject('redisUrl'), `e2e-${randomBytes(4).toString('hex')}`);
    server = await Server.start({
      REDIS_URL: inject('redisUrl'),
      REDIS_NAMESPACE: publisher.prefixed('').slice(0, -1),
      BROKER: 'redis',
      DATABASE: 'embedded',
      FEDISTREAM_DATA_DIR: directory,
      DEMO: 'true',
    });
  });

  afterAll(async () => {
    await server.stop();
    await publisher.close();
    await rm(directory, { recursive: true });
  });

  it('publishes its events on Redis, so that every server on it delivers them', async () => {
    const client = await eventStream.open(server, publisher, {
      token: 'demo-read',
      stream: 'user',
      channel: `timeline:${demoUser.id}`,
    });
    const listener = publisher.client.duplicate();
    await listener.subscribe(publisher.prefixed(`timeline:${demoUser.id}`));
    const [, text] = (await once(listener, 'message')) as [string, string];
    const message = JSON.parse(text) as { event: string; payload?: unknown };
    await client.takeUntil(({ event, payload }) => event === message.event && isSame(payload, message.payload));
    await client.close();
    listener.disconnect();
  });

  it.each(transports)('delivers events published on Redis to the demo’s administrator ($name)', async (transport) => {
    for (const stream of ['user', 'public']) {
      const channel = stream === 'user' ? `timeline:${demoAdmin.id}` : 'timeline:public';
      const client = await transport.open(server, publisher, { token: 'demo-admin', stream, channel });
      const id = newId();
      await publishEvent(publisher, channel, 'delete', id);
      await client.takeUntil(({ event, payload }) => event === 'delete' && payload === id);
      await client.close();
    }
  });

  it('prints its tokens and commands to paste', async () => {
    await server.printed('  demo-admin  ');
    await server.printed(`curl -N -H 'Authorization: Bearer demo-read' '${server.address}/`);
  });
});

/** Whether an event stream shows this for what was published. */
function isSame(received: string | undefined, published: unknown = {}): boolean {
  return received === (typeof published === 'string' ? published : JSON.stringify(published));
}
