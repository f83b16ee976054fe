import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { seedEmbedded } from './embedded.js';
import { publishEvent, receivedBeforeFence } from './publisher.js';
import type { Viewer } from './accounts.js';
import { Server } from './server.js';
import { eventStream } from './transports.js';

describe('a server on its embedded parts', () => {
  let directory: string;
  let viewer: Viewer;
  let server: Server | undefined;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fedistream-embedded-'));
    viewer = await seedEmbedded(directory, (fixtures) => fixtures.viewer());
  });

  afterAll(async () => {
    await server?.kill();
    await rm(directory, { recursive: true });
  });

  it('knows what was in its database, takes what is published to it, and ends in an orderly way', async () => {
    server = await Server.start({ BROKER: 'memory', DATABASE: 'embedded', FEDISTREAM_DATA_DIR: directory });
    const channel = `timeline:${viewer.account.id}`;
    const client = await eventStream.open(server, server.publisher, { token: viewer.token, stream: 'user', channel });
    await publishEvent(server.publisher, channel, 'delete', '110000000000000001');
    expect(await receivedBeforeFence(client, server.publisher, channel)).toMatchObject([
      { event: 'delete', payload: '110000000000000001' },
    ]);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    await client.ended;
  });
});

describe('a server that cannot start', () => {
  it('shows how it ended and what it said', async () => {
    const server = Server.launch({ PORT: 'no number' });
    expect(await server.exited).toEqual({ code: 1, signal: null });
    expect(await server.output()).toContain('PORT="no number"');
    await expect(Server.start({ PORT: 'no number' })).rejects.toThrow('PORT="no number"');
  });
});
