import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { LocalServer } from './local-server.js';
import { onStderr } from './progress.js';
import { tlsArgs, type ServerOptions, type StartedRedis } from './redis.js';
import { processId, redisProgram } from './redis-program.js';
import type { ServerControl } from './server-control.js';
import { ServerDirectory } from './server-directory.js';
import { findOrGet, MissingServerError } from './source.js';

/** Options of {@link startSentinel}. */
export interface SentinelOptions extends ServerOptions {
  /** The password that clients of the Sentinel need. */
  readonly password?: string;
}

/** A Redis Sentinel of {@link startSentinel}. */
export interface StartedSentinel {
  readonly port: number;
  readonly control: ServerControl;
  /** Ends it. */
  stop(): Promise<void>;
}

/**
 * Starts a Sentinel that watches a master under the name `mymaster`. It promotes a replica half a second after the master
 * has ended; start replicas with `startRedis({ args: ['--replicaof', '127.0.0.1', port] })`. It requires TLS, with the
 * master's certificate, if the master does.
 *
 * @throws MissingServerError when Redis is not installed and cannot be fetched; a container does not suffice
 */
export async function startSentinel(master: StartedRedis, options: SentinelOptions = {}): Promise<StartedSentinel> {
  const { progress = onStderr, password } = options;
  const { certificate } = master;
  const executable = await findOrGet(redisProgram, progress, options.from);
  if (executable === 'docker') {
    throw new MissingServerError(`A Sentinel needs Redis on this machine, not in a container. ${redisProgram.advice}`);
  }
  const directory = new ServerDirectory('sentinel');
  const file = join(directory.path, 'sentinel.conf');
  const masterPassword = decodeURIComponent(new URL(master.url).password);
  writeFileSync(
    file,
    [
      'bind 127.0.0.1',
      `dir ${directory.path}`,
      `sentinel monitor mymaster 127.0.0.1 ${master.port} 1`,
      'sentinel down-after-milliseconds mymaster 500',
      'sentinel failover-timeout mymaster 2000',
      ...(masterPassword === '' ? [] : [`sentinel auth-pass mymaster ${masterPassword}`]),
      ...(password === undefined ? [] : [`requirepass ${password}`]),
      ...(certificate === undefined ? [] : ['tls-replication yes']),
      '',
    ].join('\n'),
  );
  const server = await LocalServer.run({
    executable,
    args: (port) => [
      file,
      '--sentinel',
      ...(certificate === undefined ? ['--port', String(port)] : tlsArgs(port, certificate)),
    ],
    directory,
    stopSignal: 'SIGTERM',
    endSignal: 'KILL',
    ready: async (port, pid) => (await processId(port, { password, certificate })) === pid,
  });
  progress(`sentinel: ${executable.origin}, on port ${server.port}`);
  return { port: server.port, control: server, stop: () => server.dispose() };
}
