import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  metric,
  publishEvent,
  receivedBeforeFence,
  transports,
  type StreamClient,
  type Transport,
  type Viewer,
  type TestEnvironment,
  untilMetric,
  withoutPositions,
} from '../support/index.js';
import { openCheckedEnvironment } from './checked-environment.js';
import { malformedCases, messageCases } from './messages.cases.js';

describe.each(['memory', 'redis'] as const)('a message on the %s broker', (broker) => {
  let environment: TestEnvironment;
  let viewer: Viewer;
  let home: string;

  beforeAll(async () => {
    environment = await openCheckedEnvironment({ broker });
    viewer = await environment.fixtures.viewer();
    home = `timeline:${viewer.account.id}`;
  });

  afterAll(async () => {
    await environment.stop();
  });

  const openHome = (transport: Transport) =>
    transport.open(environment.server, environment.publisher, { token: viewer.token, stream: 'user', channel: home });

  describe.each(transports)('reaches a client over $name byte for byte:', (transport) => {
    let client: StreamClient;

    beforeAll(async () => {
      client = await openHome(transport);
    });

    afterAll(async () => {
      await client.close();
    });

    it.each(messageCases)('$name', async ({ message, eventStream, webSocket }) => {
      await environment.publisher.publish(home, message);
      const received = await receivedBeforeFence(client, environment.publisher, home);
      const raw = received.map((event) => withoutPositions(event.raw));
      expect(raw).toEqual([transport.labelled ? webSocket : eventStream]);
    });

    it.each(malformedCases)('is dropped and counted: $name', async ({ message, reason }) => {
      const name = 'fedistream_messages_malformed_total';
      const before = Number(await metric(environment.server, name, { reason }));
      await environment.publisher.publish(home, message);
      expect(await receivedBeforeFence(client, environment.publisher, home)).toEqual([]);
      await untilMetric(environment.server, name, { reason }, before + 1);
    });
  });

  it('arrives in publishing order, on every transport', async () => {
    const clients = await Promise.all(transports.map(openHome));
    const ids = Array.from({ length: 300 }, (_, index) => `order ${index}`);
    await Promise.all(
      ids.map((id, index) => publishEvent(environment.publisher, home, index % 3 ? 'update' : 'delete', id)),
    );
    for (const client of clients) {
      const received = await receivedBeforeFence(client, environment.publisher, home);
      // Other clients' fences stand among them.
      expect(received.map(({ payload }) => payload).filter((payload) => payload?.startsWith('order'))).toEqual(ids);
      await client.close();
    }
  });
});
