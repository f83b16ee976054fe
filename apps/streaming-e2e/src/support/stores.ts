import { databasesOn } from '@fedistream/services';
import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';

import { Fixtures } from './fixtures.js';
import { RedisPublisher } from './publisher.js';

/** A database and a namespace on Redis, for tests that start their servers themselves. */
export interface Stores {
  /** The settings of a server on them. */
  readonly env: Readonly<Record<'DATABASE_URL' | 'REDIS_URL' | 'REDIS_NAMESPACE', string>>;
  readonly publisher: RedisPublisher;
  readonly fixtures: Fixtures;
  /** Drops the database. Call it in `afterAll`, when the servers have ended. */
  close(): Promise<void>;
}

/** Opens {@link Stores}: new ones on the shared Redis and PostgreSQL, unless others are named. */
export async function openStores({
  redisUrl = inject('redisUrl'),
  databaseUrl,
}: {
  readonly redisUrl?: string;
  /** A database with the schema. */
  readonly databaseUrl?: string;
} = {}): Promise<Stores> {
  const databases = databasesOn(inject('postgresUrl'));
  const url = databaseUrl ?? (await databases.createDatabase(inject('templateUrl')));
  const namespace = `e2e-${randomBytes(4).toString('hex')}`;
  const publisher = new RedisPublisher(redisUrl, namespace);
  const fixtures = new Fixtures(url);
  return {
    env: { DATABASE_URL: url, REDIS_URL: redisUrl, REDIS_NAMESPACE: namespace },
    publisher,
    fixtures,
    async close() {
      await publisher.close();
      await fixtures.close();
      await databases.dropDatabases();
    },
  };
}
