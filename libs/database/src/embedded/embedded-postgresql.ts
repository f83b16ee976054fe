import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { DirectoryError } from './directory-error.js';
import { lockDirectory } from './directory-lock.js';

/** The process then takes 176 MB of memory, instead of 315 with PGlite's default of 128 MB. A demo's tables fit. */
const sharedBuffers = ['-c', 'shared_buffers=8MB'];

/** PostgreSQL, compiled to WebAssembly, in this process. node-postgres connects to it as to any other server. */
export class EmbeddedPostgresql {
  private constructor(
    /** Connection parameters of node-postgres. */
    readonly parameters: Readonly<Record<string, unknown>>,
    readonly stop: () => Promise<void>,
  ) {}

  /**
   * Starts the server: within a second, or in 3 to 5 s with a new directory.
   *
   * @throws DirectoryError when another process uses the directory, or its files are unusable
   */
  static async start(directory: string): Promise<EmbeddedPostgresql> {
    const undo: (() => unknown)[] = [lockDirectory(directory)];
    const stop = async () => {
      for (const step of undo.splice(0).reverse()) {
        await step();
      }
    };
    try {
      const data = join(directory, 'postgresql');
      const db = await open(data);
      undo.push(() => db.close());
      await chmod(data, 0o700);
      const address = await createAddress();
      undo.push(() => address.remove());
      // The pool has one connection. A new one may overlap with the one that is being closed.
      const server = new PGLiteSocketServer({ db, ...address.listen, maxConnections: 2 });
      undo.push(() => server.stop());
      await server.start();
      return new EmbeddedPostgresql({ ...credentials, ...address.connect(server) }, stop);
    } catch (failure) {
      await stop();
      throw failure;
    }
  }
}

async function open(data: string): Promise<PGlite> {
  try {
    return await PGlite.create(data, { startParams: [...PGlite.defaultStartParams, ...sharedBuffers] });
  } catch (failure) {
    // The file system of Emscripten throws objects that are no Error.
    const why = failure instanceof Error ? failure.message : 'it cannot be read';
    throw new DirectoryError(data, `must be empty, or hold a database that this server has made (${why})`, {
      cause: failure,
    });
  }
}

/** PGlite accepts any credentials: access to the socket is the only protection. */
const credentials = { user: 'postgres', password: 'postgres', database: 'postgres' };

interface SocketAddress {
  readonly listen: { readonly path: string } | { readonly host: string; readonly port: number };
  readonly connect: (server: PGLiteSocketServer) => { readonly host: string; readonly port: number };
  readonly remove: () => Promise<void>;
}

/**
 * A Unix socket in a temporary directory that only this user may enter; a path below the data directory may exceed the
 * maximum length of a socket's path. On Windows a free port on the loopback address.
 */
async function createAddress(): Promise<SocketAddress> {
  if (process.platform === 'win32') {
    const host = '127.0.0.1';
    const portOf = (server: PGLiteSocketServer) => Number(server.getServerConn().split(':').at(-1));
    return {
      listen: { host, port: 0 },
      connect: (server) => ({ host, port: portOf(server) }),
      remove: () => Promise.resolve(),
    };
  }
  const port = 5432;
  const host = await mkdtemp(join(tmpdir(), 'fedistream-'));
  return {
    listen: { path: join(host, `.s.PGSQL.${port}`) },
    connect: () => ({ host, port }),
    remove: () => rm(host, { recursive: true, force: true }),
  };
}
