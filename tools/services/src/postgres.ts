import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import type { Certificate } from './certificate.js';
import { databasesOn, dataDirectory } from './databases.js';
import { DockerServer } from './docker.js';
import { versionedDirectories, type Executable } from './executable.js';
import { LocalServer } from './local-server.js';
import { onStderr } from './progress.js';
import { postgresTls } from './postgres-tls.js';
import type { ServerOptions } from './redis.js';
import type { ServerControl } from './server-control.js';
import { ServerDirectory } from './server-directory.js';
import { findOrGet, MissingServerError, type Program } from './source.js';
import { give, reachable, unprivilegedUser, type User } from './unprivileged.js';

const run = promisify(execFile);

/** Options of {@link startPostgres}. */
export interface PostgresOptions extends ServerOptions {
  /** Settings of `postgresql.conf` that override the defaults: `{ log_statement: 'all' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Requires TLS of every role but the superuser; not in a container. */
  readonly tls?: boolean;
  /**
   * Starts as a hot standby of this server; both MUST be started with {@link replicationSettings}. Not in a container.
   */
  readonly standbyOf?: StartedPostgres;
}

/** The settings of a server with standbys, and of a standby. */
export const replicationSettings = { wal_level: 'replica', max_wal_senders: '4' } as const;

/** A PostgreSQL server for a test or a benchmark. */
export interface PostgresService {
  /** For `DATABASE_URL`. Tests should not create tables in its database. */
  readonly url: string;
  /** Stops and starts the server; absent for the server of `DATABASE_URL`, which may have other users. */
  readonly control?: ServerControl;
  /** The id of the server's first process; absent for the server of `DATABASE_URL`, in a container, or while stopped. */
  readonly pid?: number | undefined;
  /**
   * Creates a database and returns its URL. It is dropped by {@link stop}.
   *
   * @param template the URL of a database to copy; it must have no connections
   */
  readonly createDatabase: (template?: string) => Promise<string>;
  /** Drops the databases that were created; ends the server if it was started here. */
  stop(): Promise<void>;
}

/** A PostgreSQL server of {@link startPostgres}, which the caller may stop and start. */
export type StartedPostgres = PostgresService & {
  readonly port: number;
  readonly control: ServerControl;
  /** With `tls`: the certificate, which clients use as authority. */
  readonly certificate?: Certificate | undefined;
  /** The server's log so far; empty for a container. */
  log(): string;
};

const postgres: Program = {
  name: 'postgresql',
  names: ['postgres'],
  directories: [
    ...versionedDirectories('/usr/lib/postgresql', 'bin'),
    '/usr/local/pgsql/bin',
    '/usr/local/bin',
    '/opt/homebrew/bin',
  ],
  package: 'postgresql-*',
  locate: (root) => versionedDirectories(`${root}/usr/lib/postgresql`, 'bin/postgres')[0],
  advice:
    'Install it (Debian, Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server; macOS: ' +
    'brew install postgresql), start Docker, or set DATABASE_URL.',
};

/** Settings for tests, whose data need not survive a crash of the machine. */
const fastSettings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  shared_buffers: '32MB',
  max_connections: '300',
  jit: 'off',
  timezone: 'GMT',
  log_timezone: 'GMT',
};

const superuser = 'fedistream';

/** The server of `DATABASE_URL`; without it, a new one of {@link startPostgres}. */
export async function openPostgres(options: PostgresOptions = {}): Promise<PostgresService> {
  const url = process.env['DATABASE_URL'];
  if (url === undefined || url === '') {
    return startPostgres(options);
  }
  const { createDatabase, dropDatabases } = databasesOn(url);
  return { url, createDatabase, stop: dropDatabases };
}

/**
 * Starts a PostgreSQL server on a free port of 127.0.0.1, without durability. It trusts connections from this machine. It
 * ends when `stop` resolves, at the latest with this process.
 *
 * @throws MissingServerError when PostgreSQL is neither installed nor available from another source
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<StartedPostgres> {
  const progress = options.progress ?? onStderr;
  const found = await findOrGet(postgres, progress, options.from);
  const settings = { ...fastSettings, ...options.settings };
  if (found === 'docker') {
    if (options.tls === true || options.standbyOf !== undefined) {
      throw new MissingServerError(`This needs PostgreSQL on this machine, not in a container. ${postgres.advice}`);
    }
    const server = await DockerServer.run(
      {
        name: 'postgresql',
        image: 'postgres:17-alpine',
        port: 5432,
        env: { POSTGRES_USER: superuser, POSTGRES_HOST_AUTH_METHOD: 'trust' },
        args: ['postgres', ...argsOf(settings)],
        ready: async (port) => (await dataDirectory(urlOf(port))) !== undefined,
      },
      progress,
    );
    return started(
      server.port,
      server,
      () => '',
      () => undefined,
    );
  }
  const home = new ServerDirectory('postgresql');
  const user = unprivilegedUser();
  const data = join(home.path, 'data');
  await give(home.path, user);
  const executable = await reachable(found, home.path);
  await (options.standbyOf === undefined
    ? initialise(executable, data, user)
    : copyServer(options.standbyOf.port, executable, data, user));
  const tls = options.tls === true ? await postgresTls(home.path, superuser, user) : undefined;
  const server = await LocalServer.run({
    executable,
    args: (port) => [
      ...['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-k', ''],
      ...argsOf({ ...settings, ...tls?.settings }),
    ],
    directory: home,
    user,
    // Fast shutdown: clients are disconnected, not waited for.
    stopSignal: 'SIGINT',
    endSignal: 'QUIT',
    ready: async (port) => (await dataDirectory(urlOf(port))) === data,
  });
  progress(`postgresql: ${executable.origin}, on port ${server.port}`);
  return started(
    server.port,
    server,
    () => server.log,
    () => server.pid,
    tls?.certificate,
  );
}

function argsOf(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function started(
  port: number,
  server: ServerControl & { dispose(): Promise<void> },
  log: () => string,
  pid: () => number | undefined,
  certificate?: Certificate,
): StartedPostgres {
  const url = urlOf(port);
  return {
    url,
    port,
    control: server,
    certificate,
    log,
    get pid() {
      return pid();
    },
    createDatabase: databasesOn(url).createDatabase,
    // The databases go with the server.
    stop: () => server.dispose(),
  };
}

async function initialise(executable: Executable, data: string, user: User | undefined): Promise<void> {
  const args = ['-D', data, '-U', superuser, '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync'];
  await runBeside(executable, 'initdb', args, data, user);
}

/** Copies the server's data with pg_basebackup, as its standby. */
async function copyServer(port: number, executable: Executable, data: string, user: User | undefined): Promise<void> {
  const from = ['-h', '127.0.0.1', '-p', String(port), '-U', superuser];
  const args = [...from, '-D', data, '--write-recovery-conf', '--checkpoint=fast', '--no-sync'];
  await runBeside(executable, 'pg_basebackup', args, data, user);
}

/** Runs another program of the same PostgreSQL installation. */
async function runBeside(
  executable: Executable,
  program: string,
  args: readonly string[],
  data: string,
  user: User | undefined,
): Promise<void> {
  await run(join(dirname(executable.path), program), args, {
    cwd: dirname(data),
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'GMT', HOME: dirname(data), ...executable.env },
    ...user,
  });
}

function urlOf(port: number): string {
  return `postgres://${superuser}@127.0.0.1:${String(port)}/postgres`;
}
