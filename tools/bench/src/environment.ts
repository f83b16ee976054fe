import { randomBytes } from 'node:crypto';

import { openPostgres, openRedis } from '@fedistream/services';
import { Redis } from 'ioredis';
import pg from 'pg';

import { fillDatabase, type FixtureSize } from './database/fixture.js';
import { relatedViewer, viewer } from './database/viewers.js';
import { postgresProcess, redisProcess } from './figures/meters.js';
import { range } from './plans/range.js';
import { progress } from './progress.js';
import { readTokens } from './tokens-file.js';
import type { BenchOptions } from './options.js';
import type { Population } from './plans/plan.js';
import type { Teardown } from './teardown.js';

/** The services that all measurements share. */
export interface Environment {
  readonly redis: Redis;
  readonly redisUrl: string;
  readonly namespace: string | undefined;
  /** Absent when a target is measured and its database is not named. */
  readonly databaseUrl: string | undefined;
  readonly population: Population;
  /** The processes of PostgreSQL and Redis, if they are on this machine. */
  readonly processes: { readonly postgres?: number | undefined; readonly redis?: number | undefined };
}

/** Background rows, which make indexes as deep as on an instance of some age. */
const backgroundAccounts = { full: 50_000, smoke: 500 } as const;

/** With more clients than viewers, several clients share a viewer. */
const population = {
  full: { viewers: 4_000, relatedViewers: 1_000 },
  smoke: { viewers: 100, relatedViewers: 40 },
} as const;

/** The number of rows that a run inserts into its database. */
export function fixtureSize(smoke: boolean): FixtureSize {
  const size = smoke ? 'smoke' : 'full';
  return { ...population[size], backgroundAccounts: backgroundAccounts[size] };
}

/** The viewers in a database of this size. */
export function populationOf({ viewers, relatedViewers }: FixtureSize): Population {
  return { viewers: range(viewers).map(viewer), relatedViewers: range(relatedViewers).map(relatedViewer) };
}

/** Fills the empty database of this URL. */
export async function prepareDatabase(url: string, size: FixtureSize): Promise<void> {
  await withDatabase(url, (client) => fillDatabase(client, size));
}

/** Opens Redis and fills a database; starts the services whose URLs are not given. */
export async function openEnvironment(options: BenchOptions, teardown: Teardown): Promise<Environment> {
  if (options.redis !== undefined) {
    process.env['REDIS_URL'] = options.redis;
  }
  const service = await openRedis({ progress });
  teardown.add(() => service.stop());
  const redis = new Redis(service.url);
  teardown.add(() => {
    redis.disconnect();
  });
  const databaseUrl = options.target ? options.database : await ownDatabase(options, teardown);
  const size = fixtureSize(options.smoke);
  return {
    redis,
    redisUrl: service.url,
    namespace: options.namespace ?? (options.target ? undefined : `bench${randomBytes(4).toString('hex')}`),
    databaseUrl,
    population: options.target ? await readTokens(options.tokens ?? '') : populationOf(size),
    processes: {
      redis: await redisProcess(redis),
      postgres: databaseUrl === undefined ? undefined : await withDatabase(databaseUrl, postgresProcess),
    },
  };
}

async function ownDatabase(options: BenchOptions, teardown: Teardown): Promise<string> {
  if (options.database !== undefined) {
    process.env['DATABASE_URL'] = options.database;
  }
  const service = await openPostgres({ progress, settings: { shared_buffers: '256MB' } });
  teardown.add(() => service.stop());
  const url = await service.createDatabase();
  progress('filling the database');
  await prepareDatabase(url, fixtureSize(options.smoke));
  return url;
}

async function withDatabase<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
