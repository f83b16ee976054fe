import { makeCertificate, type Certificate } from './certificate.js';
import { DockerServer } from './docker.js';
import { LocalServer } from './local-server.js';
import { onStderr, type Progress } from './progress.js';
import { processId, redisProgram } from './redis-program.js';
import type { ServerControl } from './server-control.js';
import { ServerDirectory } from './server-directory.js';
import { findOrGet, MissingServerError, type Source } from './source.js';

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
  /** Clients must know it. */
  readonly password?: string;
  /** Speaks TLS alone, and asks clients for a certificate, too; not in a container. */
  readonly tls?: boolean;
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
export type StartedRedis = RedisService & {
  readonly port: number;
  readonly control: ServerControl;
  /** For a client of a server that speaks TLS: authority, certificate and key. */
  readonly certificate?: Certificate | undefined;
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
  const { progress = onStderr, args = [], password, tls = false } = options;
  const found = await findOrGet(redisProgram, progress, options.from);
  const secret = password === undefined ? [] : ['--requirepass', password];
  const settings = ['--save', '', '--appendonly', 'no', ...secret, ...args];
  if (found === 'docker') {
    if (tls) {
      throw new MissingServerError(`TLS needs Redis on this machine, not in a container. ${redisProgram.advice}`);
    }
    const server = await DockerServer.run(
      {
        name: 'redis',
        image: 'redis:7-alpine',
        port: 6379,
        args: ['redis-server', ...settings],
        ready: async (port) => (await processId(port, { password })) !== undefined,
      },
      progress,
    );
    return { url: urlOf(server.port, password), port: server.port, control: server, stop: () => server.dispose() };
  }
  const directory = new ServerDirectory('redis');
  const certificate = tls ? await makeCertificate(directory.path) : undefined;
  const server = await LocalServer.run({
    executable: found,
    args: (port) => [
      ...(certificate === undefined ? ['--port', String(port)] : tlsArgs(port, certificate)),
      ...['--bind', '127.0.0.1', '--dir', directory.path],
      ...settings,
    ],
    directory,
    stopSignal: 'SIGTERM',
    endSignal: 'KILL',
    ready: async (port, pid) => (await processId(port, { password, certificate })) === pid,
  });
  progress(`redis: ${found.origin}, on port ${server.port}`);
  return {
    url: urlOf(server.port, password, certificate),
    port: server.port,
    control: server,
    certificate,
    get pid() {
      return server.pid;
    },
    stop: () => server.dispose(),
  };
}

/** The arguments of a Redis or a Sentinel that speaks TLS alone and asks clients for a certificate. */
export function tlsArgs(port: number, { certFile, keyFile }: Certificate): string[] {
  const files = ['--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', certFile];
  return ['--port', '0', '--tls-port', String(port), ...files];
}

function urlOf(port: number, password?: string, certificate?: Certificate): string {
  const secret = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
  return `${certificate === undefined ? 'redis' : 'rediss'}://${secret}127.0.0.1:${port}`;
}
