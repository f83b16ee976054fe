import { migrate } from '@fedistream/database';
import { cp, mkdir, rename } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';

import { Fixtures } from './fixtures.js';
import { until } from './until.js';

/**
 * Fills the embedded database of a server that has not started yet. Start it with `FEDISTREAM_DATA_DIR` set to the
 * directory and `DATABASE=embedded`. One process at a time can use the files, so the rows cannot be changed afterwards.
 *
 * @param fill adds the rows, and returns what the test has to know about them
 */
export async function seedEmbedded<Known>(
  directory: string,
  fill: (fixtures: Fixtures) => Promise<Known>,
): Promise<Known> {
  return withEmbedded(await copyEmbedded(directory), (url) => {
    const fixtures = new Fixtures(url, 1);
    return fill(fixtures).finally(() => fixtures.close());
  });
}

/**
 * Makes the embedded database of a server that has not started yet, with the schema and no rows: the server's start then
 * takes 3 s of CPU time instead of 7.
 *
 * @param directory for `FEDISTREAM_DATA_DIR`
 * @returns the directory of the database's files
 */
export async function copyEmbedded(directory: string): Promise<string> {
  const data = join(directory, 'database', 'postgresql');
  await cp(await template(), data, { recursive: true });
  return data;
}

/**
 * The files of an embedded database with the schema and no rows. The first caller of a test run makes them, which takes
 * seconds; all others, in any process, copy them.
 */
async function template(): Promise<string> {
  const path = join(inject('scratchDirectory'), 'embedded-template');
  const claimed = await mkdir(`${path}.claimed`).then(
    () => true,
    () => false,
  );
  if (claimed) {
    const unfinished = `${path}.unfinished`;
    await mkdir(unfinished);
    await withEmbedded(unfinished, (url) => migrate(url));
    await rename(unfinished, path);
  } else {
    await until('the template of the embedded database is there', () => existsSync(path), 120_000);
  }
  return path;
}

/** Opens the files as PostgreSQL's protocol while `use` runs. The modules are loaded here, since few tests need them. */
async function withEmbedded<Result>(data: string, use: (url: string) => Promise<Result>): Promise<Result> {
  const { PGlite } = await import('@electric-sql/pglite');
  const { PGLiteSocketServer } = await import('@electric-sql/pglite-socket');
  const db = await PGlite.create(data);
  const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port: 0, maxConnections: 2 });
  await server.start();
  const port = server.getServerConn().split(':').at(-1) ?? '';
  try {
    return await use(`postgres://postgres:postgres@127.0.0.1:${port}/postgres?sslmode=disable`);
  } finally {
    await server.stop();
    await db.close();
  }
}
