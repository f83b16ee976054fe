import { migrate } from '@fedistream/database';
import { openPostgres, openRedis } from '@fedistream/services';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  /** What every end-to-end test may ask for with `inject`. */
  interface ProvidedContext {
    /** A Redis for all; each test file keeps to a namespace of its own. */
    redisUrl: string;
    /** A PostgreSQL for all; each test file copies a database of its own from the template. */
    postgresUrl: string;
    /** A database with the schema and no rows. Tests copy it, so none may connect to it. */
    templateUrl: string;
    /** A directory for files that several test files share; removed at the end. */
    scratchDirectory: string;
  }
}

/** Opens what all end-to-end tests share: given by REDIS_URL and DATABASE_URL, or started here, and stopped at the end. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const redis = await openRedis();
  const postgres = await openPostgres();
  const templateUrl = await postgres.createDatabase();
  await migrate(templateUrl);
  project.provide('redisUrl', redis.url);
  project.provide('postgresUrl', postgres.url);
  project.provide('templateUrl', templateUrl);
  const scratch = await mkdtemp(join(tmpdir(), 'fedistream-e2e-'));
  project.provide('scratchDirectory', scratch);
  return async () => {
    await Promise.all([redis.stop(), postgres.stop(), rm(scratch, { recursive: true })]);
  };
}
