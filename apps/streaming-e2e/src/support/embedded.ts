import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { migrate } from '@fedistream/database';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { Fixtures } from './fixtures.js';

/**
 * Fills the embedded database of a server that does not run yet; start it with `FEDISTREAM_DATA_DIR` set to the directory
 * and `DATABASE=embedded`. Only one process can use the files at a time, so there is no changing them afterwards.
 *
 * @param fill adds the rows, and returns what the test has to know about them
 */
export async function seedEmbedded<Known>(
  directory: string,
  fill: (fixtures: Fixtures) => Promise<Known>,
): Promise<Known> {
  const data = join(directory, 'database', 'postgresql');
  await mkdir(data, { recursive: true });
  const db = await PGlite.create(data);
  const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port: 0, maxConnections: 2 });
  await server.start();
  const port = server.getServerConn().split(':').at(-1) ?? '';
  const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres?sslmode=disable`;
  try {
    await migrate(url);
    const fixtures = new Fixtures(url, 1);
    try {
      return await fill(fixtures);
    } finally {
      await fixtures.close();
    }
  } finally {
    await server.stop();
    await db.close();
  }
}
