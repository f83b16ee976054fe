import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { DirectoryError } from './directory-error.js';
import { lockDirectory } from './directory-lock.js';

/** 176 MB of memory for the process instead of 315 with PGlite's own 128 MB; a demo's tables fit in many times over. */
const sharedBuffers = ['-c', 'shared_buffers=8MB'];

/** PostgreSQL, compiled to WebAssembly, in this process, with its files in a directory. Spoken to like any other. */
export class EmbeddedPostgresql {
  private constructor(
    /** How node-postgres reaches it. */
    readonly parameters: Readonly<Record<string, unknown>>,
    readonly stop: () => Promise<void>,
  ) {}

  /**
   * Starts it: within a second, but for a new directory, which takes some seconds.
   *
   * @throws DirectoryError when another process uses the directory, or it cannot be used at all
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
      const address = await place();
      undo.push(() => address.remove());
      // One connection is in use; a second may overlap with one that is just being closed.
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
    // Not always an Error: the file system of its WebAssembly throws objects of its own.
    const why = failure instanceof Error ? failure.message : 'it cannot be read';
    throw new DirectoryError(data, `must be empty, or hold a database that this server has made (${why})`, {
      cause: failure,
    });
  }
}

/** Every process that reaches the socket is let in as this user. */
const credentials = { user: 'postgres', password: 'postgres', database: 'postgres' };

interface Place {
  readonly listen: { readonly path: string } | { readonly host: string; readonly port: number };
  readonly connect: (server: PGLiteSocketServer) => { readonly host: string; readonly port: number };
  readonly remove: () => Promise<void>;
}

/**
 * A unix socket in a directory that no other user may enter; a path below the data directory may be longer than a socket's
 * may be. Windows has none: a free port, for this machine only.
 */
async function place(): Promise<Place> {
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
