import {
  MissingServerError,
  startPostgres,
  startRedis,
  type PostgresOptions,
  type RedisOptions,
  type StartedPostgres,
  type StartedRedis,
} from '@fedistream/services';
import type { TestContext } from 'vitest';

const silent = () => undefined;

/**
 * A Redis that a test may stop, since nobody else uses it; the test stops it for good at its end. Where none can be had
 * (there may be one that was given, but it is not ours to stop), the test is skipped and says why.
 */
export function ownRedis(test: TestContext, options: RedisOptions = {}): Promise<StartedRedis> {
  return orSkip(test, startRedis({ progress: silent, ...options }));
}

/** A PostgreSQL that a test may stop; see {@link ownRedis}. */
export function ownPostgres(test: TestContext, options: PostgresOptions = {}): Promise<StartedPostgres> {
  return orSkip(test, startPostgres({ progress: silent, ...options }));
}

async function orSkip<Started>(test: TestContext, starting: Promise<Started>): Promise<Started> {
  try {
    return await starting;
  } catch (error) {
    if (error instanceof MissingServerError) {
      test.skip(`needs a server of its own: ${error.message}`);
    }
    throw error;
  }
}
