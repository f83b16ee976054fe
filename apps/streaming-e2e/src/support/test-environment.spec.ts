import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { publishEvent, receivedBeforeFence } from './publisher.js';
import { httpRequest } from './http.js';
import { readMetric } from './metrics.js';
import { statusBy } from './status.js';
import { transports } from './transports.js';
import { openTestEnvironment, type TestEnvironment } from './test-environment.js';

describe.each(['redis', 'memory'] as const)('a test environment on the %s broker', (broker) => {
  let environment: TestEnvironment;

  beforeAll(async () => {
    environment = await openTestEnvironment({ broker });
  });

  afterAll(async () => {
    await environment.stop();
  });

  it.each(transports)('brings what is published to a client over the $name', async (transport) => {
    const { server, fixtures } = environment;
    const author = await fixtures.account();
    const { token } = await fixtures.viewer();
    const channel = 'timeline:public';
    const client = await transport.open(server, environment.publisher, { token, stream: 'public', channel });
    const status = statusBy(author);
    await publishEvent(environment.publisher, channel, 'update', status);
    const [update] = await receivedBeforeFence(client, environment.publisher, channel);
    expect(update).toMatchObject({ event: 'update', ...(transport.labelled ? { stream: ['public'] } : {}) });
    expect(JSON.parse(update?.payload ?? '')).toMatchObject({ id: status.id });
    await client.close();
  });

  it('shows the server’s metrics, with and without labels', async () => {
    const { body } = await httpRequest(environment.server.url('/metrics'));
    expect(readMetric(body, 'connected_clients', { type: 'websocket' })).toBeTypeOf('number');
    expect(readMetric(body, 'redis_subscriptions')).toBeTypeOf('number');
    expect(readMetric(body, 'no_such_metric')).toBeUndefined();
  });
});
