import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  authorization,
  eventStreamUrl,
  EventStreamClient,
  publishEvent,
  receivedBeforeFence,
  streamingPath,
  until,
  untilMetric,
  WebSocketClient,
  type RedisWorld,
  type Viewer,
} from '../support/index.js';
import { openCheckedWorld } from './checked-world.js';
import { opened } from './opened.js';
import { quickIntervals } from './quick-intervals.js';
import { openRawWebSocket } from './raw-websocket.js';

describe('a client that only listens', () => {
  let world: RedisWorld;
  let viewer: Viewer;
  let home: string;

  beforeAll(async () => {
    world = await openCheckedWorld({ env: quickIntervals });
    viewer = await world.fixtures.viewer();
    home = `timeline:${viewer.account.id}`;
  });

  afterAll(async () => {
    await world.stop();
  });

  it('reads a comment line now and then on an event stream: one line, not an empty one behind it', async () => {
    const url = eventStreamUrl(world.server, { stream: 'user' });
    const client = await opened(EventStreamClient.open(url, authorization(viewer)));
    await until('three heartbeats', () => client.comments.length >= 4);
    expect(client.comments.slice(0, 4)).toEqual([')', 'thump', 'thump', 'thump']);
    await publishEvent(world.feed, home, 'delete', '1');
    await receivedBeforeFence(client, world.feed, home);
    expect(client.bytes.toString()).toMatch(/^:\)\n(:thump\n){3,}event: delete\ndata: 1\n\n(:thump\n)*event: fence\n/);
  });

  it('is pinged on a WebSocket, and stays as long as it answers', async () => {
    const url = world.server.url(`${streamingPath}?stream=user`, 'ws');
    const client = await opened(WebSocketClient.open(url, { headers: authorization(viewer) }));
    const silent = await openRawWebSocket(world.server, viewer.token);
    await silent.closed;
    // A ping without a payload, and then nothing: no close frame for a line that is dead.
    const head = silent.bytes.indexOf('\r\n\r\n') + 4;
    expect([...silent.bytes.subarray(head)]).toEqual([0x89, 0]);
    await untilMetric(world.server, 'connected_clients', { type: 'websocket' }, 1);
    expect(await receivedBeforeFence(client, world.feed, home)).toEqual([]);
  });
});
