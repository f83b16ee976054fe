import { Redis } from 'ioredis';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';

/** How the server behind `REDIS_URL` was started: enough to start another one. */
export interface RedisProgram {
  readonly executable: string;
  /** The `LD_LIBRARY_PATH` that it needs. */
  readonly libraryPath: string;
}

/** A Redis or Sentinel process that belongs to one test, which may stop or change it. */
export interface RedisProcess {
  readonly port: number;
  readonly pid: number;
  /** Standard output and standard error so far. */
  output(): string;
  /** Kills the process. Settles when it has ended. */
  stop(): Promise<void>;
}

/** Finds the program of a running server; `undefined` when the server runs on another machine. */
export async function findProgram(url: string): Promise<RedisProgram | undefined> {
  const client = new Redis(url);
  const info = await client.info('server');
  client.disconnect();
  const executable = /^executable:(.+)\r$/m.exec(info)?.[1];
  const pid = /^process_id:(\d+)\r$/m.exec(info)?.[1];
  if (executable === undefined || !existsSync(executable)) {
    return undefined;
  }
  // A package that was unpacked but not installed finds its libraries where the running process found them.
  const maps = await readFile(`/proc/${pid ?? ''}/maps`, 'utf8').catch(() => '');
  const libraries = maps.match(/\/\S+(?=\/[^/\s]+\.so[.\d]*$)/gm) ?? [];
  return { executable, libraryPath: [...new Set(libraries)].join(':') };
}

/** A TCP port of 127.0.0.1 that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') {
    throw new Error('not listening on TCP');
  }
  return address.port;
}

/** Starts a server, or with `--sentinel` among the parameters a Sentinel. Settles when it accepts connections. */
export async function startRedis(
  program: RedisProgram,
  parameters: readonly string[],
  port?: number,
): Promise<RedisProcess> {
  const own = port ?? (await freePort());
  const portOptions = parameters.includes('--tls-port') ? [] : ['--port', String(own), '--bind', '127.0.0.1'];
  const server = spawn(program.executable, [...parameters, ...portOptions], {
    env: { ...process.env, LD_LIBRARY_PATH: program.libraryPath },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const ended = once(server, 'exit');
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      if (/Ready to accept connections|Sentinel ID is/.test(output)) {
        resolve();
      }
    };
    server.stdout.on('data', read);
    server.stderr.on('data', read);
    server.once('error', reject);
    server.once('exit', () => {
      reject(new Error(`Redis ended: ${output}`));
    });
  });
  return {
    port: own,
    pid: server.pid ?? 0,
    output: () => output,
    stop: async () => {
      server.kill('SIGKILL');
      await ended;
    },
  };
}
