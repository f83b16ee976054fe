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
  type RedisTestEnvironment,
  type Viewer,
  withoutPositions,
} from '../support/index.js';
import { openCheckedEnvironment } from './checked-environment.js';
import { closeAfterTest } from './close-after-test.js';
import { quickIntervals } from './quick-intervals.js';
import { openRawWebSocket } from './raw-websocket.js';

describe('a client that sends nothing', () => {
  let environment: RedisTestEnvironment;
  let viewer: Viewer;
  let home: string;

  beforeAll(async () => {
    environment = await openCheckedEnvironment({ env: quickIntervals });
    viewer = await environment.fixtures.viewer();
    home = `timeline:${viewer.account.id}`;
  });

  afterAll(async () => {
    await environment.stop();
  });

  it('receives a comment line every 15 s on an event stream, without an empty line', async () => {
    const url = eventStreamUrl(environment.server, { stream: 'user' });
    const client = await closeAfterTest(EventStreamClient.open(url, authorization(viewer)));
    await until('three heartbeats', () => client.comments.length >= 4);
    expect(client.comments.slice(0, 4)).toEqual([')', 'thump', 'thump', 'thump']);
    await publishEvent(environment.publisher, home, 'delete', '1');
    await receivedBeforeFence(client, environment.publisher, home);
    expect(withoutPositions(client.bytes.toString())).toMatch(
      /^:\)\n(:thump\n){3,}event: delete\ndata: 1\n\n(:thump\n)*event: fence\n/,
    );
  });

  it('is pinged every 30 s on a WebSocket, and stays connected while it answers', async () => {
    const url = environment.server.url(`${streamingPath}?stream=user`, 'ws');
    const client = await closeAfterTest(WebSocketClient.open(url, { headers: authorization(viewer) }));
    const silent = await openRawWebSocket(environment.server, viewer.token);
    await silent.closed;
    // A ping without payload, then no close frame: the connection is dead.
    const head = silent.bytes.indexOf('\r\n\r\n') + 4;
    expect([...silent.bytes.subarray(head)]).toEqual([0x89, 0]);
    await untilMetric(environment.server, 'connected_clients', { type: 'websocket' }, 1);
    expect(await receivedBeforeFence(client, environment.publisher, home)).toEqual([]);
  });
});
