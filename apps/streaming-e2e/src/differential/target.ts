import { Fixtures, openTestEnvironment, RedisPublisher, type Server, type Viewer } from '../support/index.js';

/** A server of Mastodon's streaming API, with the Redis and the PostgreSQL behind it. */
export interface Target {
  readonly name: string;
  readonly server: Pick<Server, 'url'>;
  readonly publisher: RedisPublisher;
  readonly fixtures: Fixtures;
  readonly persons: TargetPersons;
  /** How long an expected answer may take, in milliseconds. */
  readonly withinMs: number;
  /** How long an event may come behind a later one, in milliseconds; 0 for a server that keeps the order. */
  readonly reorderingMs: number;
  /** Whether no message ends it; else expectations that do are observed one at a time. */
  readonly survives: boolean;
  stop(): Promise<void>;
}

/** Rows that expectations share. */
export interface TargetPersons {
  readonly viewer: Viewer;
  /** A list of the viewer. */
  readonly list: string;
  /** Another viewer, whose token is valid, and a list of that viewer. */
  readonly other: Viewer;
  readonly otherList: string;
}

/** The server of this repository, in a database and a namespace of its own. */
export async function openFedistream(): Promise<Target> {
  const environment = await openTestEnvironment();
  const { server, publisher, fixtures } = environment;
  const persons = await newPersons(fixtures);
  return {
    name: 'Fedistream',
    server,
    publisher,
    fixtures,
    persons,
    withinMs: 30_000,
    reorderingMs: 0,
    survives: true,
    stop: () => environment.stop(),
  };
}

/**
 * The server at `REFERENCE_URL`. `REFERENCE_DATABASE_URL` is its database, with Mastodon's schema, and
 * `REFERENCE_REDIS_URL` its Redis, without namespace: expectations insert rows there, and publish events.
 */
export async function openReference(env: NodeJS.ProcessEnv): Promise<Target> {
  const origin = required(env, 'REFERENCE_URL');
  const publisher = new RedisPublisher(required(env, 'REFERENCE_REDIS_URL'));
  const fixtures = new Fixtures(required(env, 'REFERENCE_DATABASE_URL'));
  return {
    name: 'the reference',
    server: {
      url(path, protocol = 'http') {
        const url = new URL(path, origin);
        url.protocol = protocol;
        return url;
      },
    },
    publisher,
    fixtures,
    persons: await newPersons(fixtures),
    withinMs: 3_000,
    reorderingMs: 250,
    survives: false,
    async stop() {
      await publisher.close();
      await fixtures.close();
    },
  };
}

async function newPersons(fixtures: Fixtures): Promise<TargetPersons> {
  const [viewer, other] = [await fixtures.viewer(), await fixtures.viewer()];
  return {
    viewer,
    list: await fixtures.list(viewer.account),
    other,
    otherList: await fixtures.list(other.account),
  };
}

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (value === undefined || value === '') {
    throw new Error(`${name} is not set`);
  }
  return value;
}
