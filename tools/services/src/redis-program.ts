import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';

import type { Certificate } from './certificate.js';
import type { Program } from './source.js';

/** Redis, or Valkey, its compatible fork. */
export const redisProgram: Program = {
  name: 'redis',
  names: ['redis-server', 'valkey-server'],
  directories: ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin', '/opt/redis/bin'],
  package: 'redis-server',
  locate: (root) => `${root}/usr/bin/redis-server`,
  advice:
    'Install it (Debian, Ubuntu: apt-get install redis-server; Fedora: dnf install valkey; macOS: brew install redis), ' +
    'start Docker, or set REDIS_URL.',
};

/** The credentials of a client. */
export interface RedisAccess {
  readonly password?: string | undefined;
  readonly certificate?: Certificate | undefined;
}

/** The process id of the server on a port, which identifies the server; `undefined` if none answers. */
export async function processId(
  port: number,
  { password, certificate }: RedisAccess = {},
): Promise<number | undefined> {
  const client = new Redis({
    port,
    host: '127.0.0.1',
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    ...(password === undefined ? {} : { password }),
    ...(certificate === undefined
      ? {}
      : {
          tls: {
            ca: readFileSync(certificate.certFile),
            cert: readFileSync(certificate.certFile),
            key: readFileSync(certificate.keyFile),
          },
        }),
  });
  client.on('error', () => {
    // The server does not answer yet; the caller retries.
  });
  try {
    await client.connect();
    return Number(/^process_id:(\d+)/m.exec(await client.info('server'))?.[1]);
  } catch {
    return undefined;
  } finally {
    client.disconnect();
  }
}
