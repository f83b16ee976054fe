import { makeCertificate, type Certificate } from './certificate.js';
import { DockerServer } from './docker.js';
import { LocalServer } from './local-server.js';
import { onStderr, type Progress } from './progress.js';
import { processId, redisProgram } from './redis-program.js';
import type { ServerControl } from './server-control.js';
import { ServerDirectory } from './server-directory.js';
import { findOrGet, MissingServerError, type Source } from './source.js';

/** Options of every server's start. */
export interface ServerOptions {
  /** Receives progress lines; by default they go to stderr. */
  readonly progress?: Progress;
  /** Restricts the sources of the program. */
  readonly from?: readonly Source[];
}

/** Options of {@link startRedis}. */
export interface RedisOptions extends ServerOptions {
  /** Further arguments of `redis-server`: `['--maxclients', '100']`. */
  readonly args?: readonly string[];
  /** The password that clients need. */
  readonly password?: string;
  /** Requires TLS and a client certificate: this one, as a replica needs that of its master, or a new one. Not in a container. */
  readonly tls?: boolean | Certificate;
}

/** A Redis server for a test or a benchmark. */
export interface RedisService {
  /** For `REDIS_URL`. */
  readonly url: string;
  /** Stops and starts the server; absent for the server of `REDIS_URL`, which may have other users. */
  readonly control?: ServerControl;
  /** The server's process id; absent for the server of `REDIS_URL`, in a container, or while stopped. */
  readonly pid?: number | undefined;
  /** Ends the service if it was started here. */
  stop(): Promise<void>;
}

/** A Redis server of {@link startRedis}, which the caller may stop and start. */
export type StartedRedis = RedisService & {
  readonly port: number;
  readonly control: ServerControl;
  /** With `tls`: authority, certificate and key for clients. */
  readonly certificate?: Certificate | undefined;
};

/** The server of `REDIS_URL`; without it, a new one of {@link startRedis}. */
export async function openRedis(options: RedisOptions = {}): Promise<RedisService> {
  const url = process.env['REDIS_URL'];
  return url === undefined || url === '' ? startRedis(options) : { url, stop: () => Promise.resolve() };
}

/**
 * Starts a Redis server on a free port of 127.0.0.1, without persistence. It ends when `stop` resolves, at the latest with
 * this process.
 *
 * @throws MissingServerError when Redis is neither installed nor available from another source
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
  const certificate = tls === true ? await makeCertificate(directory.path) : tls || undefined;
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

/** The arguments of a Redis or Sentinel that requires TLS and a client certificate. */
export function tlsArgs(port: number, { certFile, keyFile }: Certificate): string[] {
  const files = ['--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', certFile];
  return ['--port', '0', '--tls-port', String(port), ...files];
}

function urlOf(port: number, password?: string, certificate?: Certificate): string {
  const secret = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
  return `${certificate === undefined ? 'redis' : 'rediss'}://${secret}127.0.0.1:${port}`;
}
