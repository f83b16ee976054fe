import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ReconnectingRedis } from './reconnecting-redis.js';
import { RedisConnections } from './redis-connections.js';
import { eventually, program, TestServers } from './testing/test-servers.js';

describe.skipIf(program === undefined)('the connections to a Redis', () => {
  let servers: TestServers;

  beforeEach(async () => {
    servers = await TestServers.begin();
  });

  afterEach(() => servers.end());

  async function connect(connections: RedisConnections, name: string, leavesReplica: boolean) {
    const client = connections.create({ name, leavesReplica });
    servers.onEnd(() => {
      client.disconnect();
    });
    await client.connect();
    return client;
  }

  const idOf = (client: ReconnectingRedis) => client.client('ID');

  it.each([
    ['a command', (client: ReconnectingRedis) => client.set('key', 'value')],
    ['a command of a pipeline', (client: ReconnectingRedis) => client.pipeline().set('key', 'value').exec()],
    ['a script', (client: ReconnectingRedis) => client.eval("return redis.call('SET', 'key', 'value')", 0)],
  ])('leave a master that was demoted when it refuses %s, those that ask for it', async (_, write) => {
    const [{ port }, other] = [await servers.server(), await servers.server()];
    const connections = new RedisConnections({ port });
    const writer = await connect(connections, 'writer', true);
    const reader = await connect(connections, 'reader', true);
    const subscriber = await connect(connections, 'subscriber', false);
    const before = await Promise.all([writer, reader, subscriber].map(idOf));
    await servers.connect({ port }).replicaof('127.0.0.1', other.port);
    await Promise.resolve(write(writer)).catch(() => undefined);
    await vi.waitFor(async () => {
      const now = await Promise.all([writer, reader, subscriber].map(idOf));
      expect(now.map((id, index) => id === before[index])).toEqual([false, false, true]);
    }, eventually);
  });

  it('stay where they are when a command is refused for another reason', async () => {
    const { port } = await servers.server();
    const client = await connect(new RedisConnections({ port }), 'writer', true);
    const before = await idOf(client);
    await client.set('key', 'READONLY');
    await expect(client.lpush('key', 'value')).rejects.toThrow('WRONGTYPE');
    expect(await idOf(client)).toBe(before);
  });

  it('that were ended do not come back', async () => {
    const { port } = await servers.server();
    const connections = new RedisConnections({ port });
    const client = await connect(connections, 'writer', true);
    client.disconnect();
    connections.leaveReplica();
    await vi.waitFor(() => {
      expect(client.status).toBe('end');
    }, eventually);
  });
});
