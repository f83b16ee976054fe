import { Redis } from 'ioredis';

import { DockerServer } from './docker.js';
import { LocalServer } from './local-server.js';
import { onStderr, type Progress } from './progress.js';
import type { ServerControl } from './server-control.js';
import { ServerDirectory } from './server-directory.js';
import { findOrGet, type Program, type Source } from './source.js';

/** What to start. */
export interface ServerOptions {
  /** Told what takes a while; stderr when absent. */
  readonly progress?: Progress;
  /** Only from these sources. */
  readonly from?: readonly Source[];
}

/** What to start, for Redis. */
export interface RedisOptions extends ServerOptions {
  /** More of Redis' own arguments: `['--maxclients', '100']`. */
  readonly args?: readonly string[];
}

/** A Redis that a test or a benchmark may use. */
export interface RedisService {
  /** For `REDIS_URL`. */
  readonly url: string;
  /** Stops and starts the server; absent for one that was given, because it may have other users. */
  readonly control?: ServerControl;
  /** The server's process id; absent for one that was given, in a container or stopped. */
  readonly pid?: number | undefined;
  /** Ends the service if it was started here. */
  stop(): Promise<void>;
}

/** A Redis that was started here, so that it can be stopped and started at will. */
export type StartedRedis = RedisService & { readonly port: number; readonly control: ServerControl };

const redis: Program = {
  name: 'redis',
  names: ['redis-server', 'valkey-server'],
  directories: ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin', '/opt/redis/bin'],
  package: 'redis-server',
  locate: (root) => `${root}/usr/bin/redis-server`,
  advice:
    'Install it (Debian, Ubuntu: apt-get install redis-server; Fedora: dnf install valkey; macOS: brew install redis), ' +
    'start Docker, or set REDIS_URL.',
};

/** The Redis of `REDIS_URL`, or else one that is started for the purpose. */
export async function openRedis(options: RedisOptions = {}): Promise<RedisService> {
  const url = process.env['REDIS_URL'];
  return url === undefined || url === '' ? startRedis(options) : { url, stop: () => Promise.resolve() };
}

/**
 * Starts a Redis of one's own on a free port of 127.0.0.1, without persistence. It is gone when `stop` resolves, and at
 * the latest when this process ends.
 *
 * @throws MissingServerError when there is no Redis on this machine and none could be got
 */
export async function startRedis(options: RedisOptions = {}): Promise<StartedRedis> {
  const progress = options.progress ?? onStderr;
  const executable = await findOrGet(redis, progress, options.from);
  const settings = ['--save', '', '--appendonly', 'no', ...(options.args ?? [])];
  if (executable === 'docker') {
    const server = await DockerServer.run(
      {
        name: 'redis',
        image: 'redis:7-alpine',
        port: 6379,
        args: ['redis-server', ...settings],
        ready: async (port) => (await processId(port)) !== undefined,
      },
      progress,
    );
    return { url: urlOf(server.port), port: server.port, control: server, stop: () => server.dispose() };
  }
  const directory = new ServerDirectory('redis');
  const server = await LocalServer.run({
    executable,
    args: (port) => ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory.path, ...settings],
    directory,
    stopSignal: 'SIGTERM',
    endSignal: 'KILL',
    ready: async (port, pid) => (await processId(port)) === pid,
  });
  progress(`redis: ${executable.origin}, on port ${server.port}`);
  return {
    url: urlOf(server.port),
    port: server.port,
    control: server,
    get pid() {
      return server.pid;
    },
    stop: () => server.dispose(),
  };
}

function urlOf(port: number): string {
  return `redis://127.0.0.1:${String(port)}`;
}

/** Who answers on the port: a server of somebody else's would answer a ping just as well. */
async function processId(port: number): Promise<number | undefined> {
  const client = new Redis({
    port,
    host: '127.0.0.1',
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  });
  client.on('error', () => {
    // Not there yet; the caller asks again.
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
