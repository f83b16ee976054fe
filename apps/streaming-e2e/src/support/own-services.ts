import {
  MissingServerError,
  startPostgres,
  startRedis,
  type PostgresOptions,
  type RedisOptions,
  type StartedProgram,
  type StartedPostgres,
  type StartedRedis,
} from '@fedistream/services';
import type { TestContext } from 'vitest';

const silent = () => undefined;

/** A program that a suite starts before its tests, if it is installed on this machine. */
export class OptionalProgram {
  private constructor(
    private readonly started: StartedProgram | undefined,
    private readonly missing: string,
  ) {}

  static starting(program: Promise<StartedProgram>): Promise<OptionalProgram> {
    return program.then(
      (started) => new OptionalProgram(started, ''),
      (error: unknown) => {
        if (error instanceof MissingServerError) {
          return new OptionalProgram(undefined, error.message);
        }
        throw error;
      },
    );
  }

  /** The running program; skips the test, with the reason, where it is not installed. */
  for(test: TestContext): StartedProgram {
    return this.started ?? test.skip(this.missing);
  }

  async stop(): Promise<void> {
    await this.started?.stop();
  }
}

/**
 * A Redis of the running test, which may stop it, and must stop it at its end. Where none can be started, the test is
 * skipped with the reason: a Redis given by REDIS_URL may have other users.
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
