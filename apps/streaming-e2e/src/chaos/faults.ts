import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { Redis } from 'ioredis';
import { role, type ChaosEnvironment } from './chaos-environment.js';
import type { Follower } from './chaos-environment.js';
import type { Traffic } from './traffic.js';

/** What a fault may touch. */
export interface FaultContext {
  readonly environment: ChaosEnvironment;
  readonly followers: readonly Follower[];
  readonly traffic: Traffic;
}

/** A fault of a real process, or of the network. */
export interface Fault {
  readonly name: string;
  /** Whether it is part of every `npm test`; the others run in the long form. */
  readonly inShortForm?: boolean;
  /** Disturbs, and settles when the disturbance is over and everything is as it was. */
  run(context: FaultContext): Promise<void>;
}

/** How long a disturbance lasts: clients, pools and back-offs notice it, and no client has to give up. */
const lastsMs = 2_500;

/** Runs a command of an administrator on a connection of its own, which the fault does not concern. */
async function withRedis(url: string, work: (redis: Redis) => Promise<void>): Promise<void> {
  const redis = new Redis(url);
  redis.on('error', () => undefined);
  try {
    await work(redis);
  } finally {
    redis.disconnect();
  }
}

/** Runs statements as the owner of the tables. */
async function withPostgres(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

const redisFault = (
  name: string,
  work: (redis: Redis, context: FaultContext) => Promise<void>,
  inShortForm = false,
): Fault => ({
  name,
  inShortForm,
  run: (context) => withRedis(context.environment.redis.url, (redis) => work(redis, context)),
});

/** Every fault. */
export const faults: readonly Fault[] = [
  {
    name: 'none',
    run: () => delay(lastsMs),
  },
  redisFault(
    'Redis ends the servers’ connections',
    async (redis) => {
      await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    },
    true,
  ),
  {
    name: 'Redis is stopped for 2.5 s and has forgotten everything',
    async run({ environment: { redis } }) {
      await redis.control.stop();
      await delay(lastsMs);
      await redis.control.start();
    },
  },
  {
    name: 'Redis hangs for 2.5 s',
    async run({ environment: { redis } }) {
      await redis.control.suspend();
      await delay(lastsMs);
      await redis.control.resume();
    },
  },
  redisFault('Redis is read-only for 2.5 s', async (redis) => {
    // A replica of nothing, as a master is for a moment in a failover.
    await redis.replicaof('127.0.0.1', 1);
    await redis.config('SET', 'replica-serve-stale-data', 'yes');
    await delay(lastsMs);
    await redis.replicaof('NO', 'ONE');
  }),
  redisFault('Redis has another password for 2.5 s', async (redis) => {
    await redis.config('SET', 'requirepass', 'changed');
    await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await delay(lastsMs);
    await redis.config('SET', 'requirepass', '');
  }),
  redisFault('Redis ends a server that is too far behind', async (redis, { environment, traffic }) => {
    await redis.config('SET', 'client-output-buffer-limit', 'pubsub 1mb 1mb 1');
    environment.first.signal('SIGSTOP');
    traffic.padding = 60_000;
    await delay(lastsMs);
    traffic.padding = 0;
    environment.first.signal('SIGCONT');
    await redis.config('SET', 'client-output-buffer-limit', 'pubsub 32mb 8mb 60');
  }),
  {
    name: 'PostgreSQL is stopped for 2.5 s',
    inShortForm: true,
    async run({ environment: { postgres } }) {
      await postgres.control.stop();
      await delay(lastsMs);
      await postgres.control.start();
    },
  },
  {
    name: 'PostgreSQL hangs for 2.5 s',
    async run({ environment: { postgres } }) {
      await postgres.control.suspend();
      await delay(lastsMs);
      await postgres.control.resume();
    },
  },
  {
    name: 'PostgreSQL: a migration locks a table for 2.5 s',
    run: ({ environment: { databaseUrl } }) =>
      withPostgres(databaseUrl, async (client) => {
        await client.query('BEGIN');
        await client.query('LOCK TABLE users, blocks IN ACCESS EXCLUSIVE MODE');
        await delay(lastsMs);
        await client.query('COMMIT');
      }),
  },
  {
    name: 'PostgreSQL: SELECT on a table is revoked for 2.5 s',
    run: ({ environment: { databaseUrl } }) =>
      withPostgres(databaseUrl, async (client) => {
        await client.query(`REVOKE SELECT ON blocks FROM ${role}`);
        await delay(lastsMs);
        await client.query(`GRANT SELECT ON blocks TO ${role}`);
      }),
  },
  {
    name: 'the server is stopped by SIGTERM',
    async run({ environment }) {
      await environment.first.stop();
      await environment.replaceFirst();
    },
  },
  {
    name: 'the server is killed',
    inShortForm: true,
    async run({ environment }) {
      await environment.first.kill();
      await environment.replaceFirst();
    },
  },
  {
    name: 'the server hangs for 2.5 s',
    async run({ environment: { first } }) {
      first.signal('SIGSTOP');
      await delay(lastsMs);
      first.signal('SIGCONT');
    },
  },
  {
    name: 'the network of all clients is cut',
    inShortForm: true,
    run({ environment: { balancer } }) {
      balancer.cut();
      return Promise.resolve();
    },
  },
  {
    name: 'the network passes nothing on for 2.5 s',
    async run({ environment: { balancer } }) {
      balancer.freeze();
      await delay(lastsMs);
      balancer.thaw();
    },
  },
  {
    name: 'the clients do not read, and are disconnected',
    async run({ followers, traffic }) {
      for (const { client } of followers) {
        client.pause();
      }
      traffic.padding = 200_000;
      await delay(lastsMs);
      traffic.padding = 0;
      for (const { client } of followers) {
        client.resume();
      }
    },
  },
];
