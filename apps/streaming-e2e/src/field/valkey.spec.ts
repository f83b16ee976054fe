import { MissingServerError, startProgram } from '@fedistream/services';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';

import { openTestEnvironment } from '../support/index.js';
import { expectDelivery } from './delivery.js';

const program = { name: 'valkey-server', package: 'valkey-server' };

describe('a server on Valkey', () => {
  it('delivers what is published there, and writes presence keys', async (test) => {
    const valkey = await startProgram(program, {
      configuration: (port, directory) =>
        [`port ${port}`, 'bind 127.0.0.1', `dir ${directory}`, 'save ""', ''].join('\n'),
      args: (file) => [file],
      ready: answersPing,
    }).catch((error: unknown) => {
      if (error instanceof MissingServerError) {
        return test.skip(error.message);
      }
      throw error;
    });
    const environment = await openTestEnvironment({ redisUrl: `redis://127.0.0.1:${valkey.port}` });
    try {
      const { server, publisher, fixtures } = environment;
      const viewer = await fixtures.viewer();
      await expectDelivery(server, publisher, viewer);
      const key = publisher.prefixed(`subscribed:timeline:${viewer.account.id}`);
      expect(await publisher.client.exists(key)).toBe(1);
    } finally {
      await environment.stop();
      await valkey.stop();
    }
  });
});

async function answersPing(port: number): Promise<boolean> {
  const client = new Redis({ port, lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  client.on('error', () => {
    // Not there yet; the caller asks again.
  });
  try {
    await client.connect();
    await client.ping();
    return true;
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
}
