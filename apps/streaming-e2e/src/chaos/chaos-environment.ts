import { setTimeout as delay } from 'node:timers/promises';
import { migrate } from '@fedistream/database';
import { startPostgres, startRedis, type StartedPostgres, type StartedRedis } from '@fedistream/services';
import {
  eventStreamUrl,
  Fixtures,
  httpRequest,
  RedisPublisher,
  Server,
  streamingPath,
  until,
  type Viewer,
} from '../support/index.js';
import { Balancer } from './balancer.js';
import { FollowingClient, followEventStream, followWebSocket, type Follow } from './following-client.js';
import type { Authors, StreamKind } from './traffic.js';

const silent = () => undefined;
const namespace = 'chaos';
/** The role that the servers use: a fault takes rights away from it. */
export const role = 'streaming';

/** Ways to follow a stream. */
export const follows: readonly { readonly name: string; readonly follow: Follow }[] = [
  { name: 'event stream', follow: followEventStream },
  { name: 'WebSocket', follow: followWebSocket },
];

/** A client with the stream that it follows. */
export interface Follower {
  readonly kind: StreamKind;
  readonly transport: string;
  readonly client: FollowingClient;
}

/**
 * Two servers behind a balancer that prefers the first, with a Redis and a PostgreSQL of their own, and a viewer. Faults
 * disturb all of it; {@link untilHealthy} waits until it has recovered.
 */
export class ChaosEnvironment {
  readonly #env: Readonly<Record<string, string>>;
  readonly publisher: RedisPublisher;
  readonly fixtures: Fixtures;

  private constructor(
    readonly redis: StartedRedis,
    readonly postgres: StartedPostgres,
    readonly databaseUrl: string,
    readonly balancer: Balancer,
    readonly history: boolean,
    readonly servers: Server[],
    env: Readonly<Record<string, string>>,
  ) {
    this.#env = env;
    this.publisher = new RedisPublisher(redis.url, namespace);
    this.fixtures = new Fixtures(databaseUrl);
  }

  /** Starts everything. @throws MissingServerError when a program is missing */
  static async open(history: boolean): Promise<ChaosEnvironment> {
    const [redis, postgres] = await Promise.all([
      startRedis({ progress: silent }),
      startPostgres({ progress: silent }),
    ]);
    const databaseUrl = await postgres.createDatabase();
    await migrate(databaseUrl);
    const fixtures = new Fixtures(databaseUrl, 1);
    await fixtures.sql(`CREATE ROLE ${role} LOGIN`);
    await fixtures.sql(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`);
    await fixtures.close();
    const url = new URL(databaseUrl);
    url.username = role;
    const env = {
      DATABASE_URL: url.href,
      REDIS_URL: redis.url,
      REDIS_NAMESPACE: namespace,
      HISTORY: history ? 'on' : 'off',
      OUTPUT_BUDGET_KIB: '64',
      // Longer than any fault, also on a busy machine: then no event may be dropped for want of a decision.
      AUDIENCE_MAX_WAIT_SECONDS: '30',
      // As in production, so that a server that leaves does what it does there.
      DRAIN_DELAY_SECONDS: '1',
      DRAIN_SECONDS: '1',
    };
    const servers = await Promise.all([Server.start(env), Server.start(env)]);
    const balancer = await Balancer.open();
    const environment = new ChaosEnvironment(redis, postgres, databaseUrl, balancer, history, servers, env);
    environment.#route();
    return environment;
  }

  /** The server that has the clients. */
  get first(): Server {
    const [first] = this.servers;
    if (first === undefined) {
      throw new Error('There is no server');
    }
    return first;
  }

  /** Starts a new server in the place of the first. */
  async replaceFirst(): Promise<void> {
    this.servers[0] = await Server.start(this.#env);
    this.#route();
  }

  /** A viewer with streams of every kind; new for each fault, so that no fault sees the events of another one. */
  async viewer(): Promise<{
    readonly viewer: Viewer;
    readonly authors: Authors;
    readonly kinds: readonly StreamKind[];
  }> {
    const { fixtures } = this;
    const viewer = await fixtures.viewer();
    const authors = { allowed: await fixtures.account(), blocked: await fixtures.account() };
    await fixtures.block(viewer.account, authors.blocked);
    const [own, foreign] = [await fixtures.list(viewer.account), await fixtures.list(authors.allowed)];
    const tag = `chaos${own}`;
    const kinds = [
      kind('user', `timeline:${viewer.account.id}`, `timeline:${authors.allowed.id}`),
      kind('list', `timeline:list:${own}`, `timeline:list:${foreign}`, { list: own }),
      kind('public', 'timeline:public'),
      kind('hashtag', `timeline:hashtag:${tag}`, undefined, { tag }),
    ];
    return { viewer, authors, kinds };
  }

  /** Lets a client of each transport follow each stream; settles when all are connected. */
  async follow(viewer: Viewer, kinds: readonly StreamKind[]): Promise<Follower[]> {
    const followers = kinds.flatMap((each) =>
      follows.map(({ name, follow }) => ({
        kind: each,
        transport: name,
        client: new FollowingClient(`${each.name} over ${name}`, follow, {
          url: this.#urlOf(each, name === 'WebSocket'),
          token: viewer.token,
        }),
      })),
    );
    await until('all clients are connected', () => followers.every(({ client }) => client.isConnected));
    return followers;
  }

  /** Settles when both servers accept a client again, and tell it a position if they keep a history. */
  async untilHealthy(): Promise<void> {
    const viewer = await this.fixtures.viewer();
    for (const server of this.servers) {
      const url = server.url(`${streamingPath}/user`);
      await until('the server accepts clients', async () => {
        const headers = { Authorization: `Bearer ${viewer.token}` };
        return (await httpRequest(url, { method: 'HEAD', headers })).status === 200;
      });
      // A client that connects before the recorder has announced itself is told its first position with an event.
      await until('the server tells positions', async () => {
        if (!this.history) {
          return true;
        }
        const session = await followEventStream({ url, token: viewer.token }, undefined);
        await Promise.race([delay(300), session.client.ended]);
        await session.client.close();
        return session.position();
      });
    }
  }

  /** Stops everything. */
  async stop(): Promise<void> {
    await this.publisher.close();
    await this.balancer.close();
    await Promise.all(this.servers.map((server) => server.kill()));
    await this.fixtures.close();
    await Promise.all([this.redis.stop(), this.postgres.stop()]);
  }

  #route(): void {
    this.balancer.backends = this.servers.map(({ port }) => port);
  }

  #urlOf({ name, params }: StreamKind, isWebSocket: boolean): URL {
    const url = isWebSocket
      ? this.first.url(streamingPath, 'ws')
      : eventStreamUrl(this.first, { stream: name, params });
    for (const [parameter, value] of Object.entries(isWebSocket ? { stream: name, ...params } : {})) {
      url.searchParams.set(parameter, value);
    }
    url.port = String(this.balancer.port);
    return url;
  }
}

function kind(
  name: string,
  channel: string,
  foreignChannel?: string,
  params: Readonly<Record<string, string>> = {},
): StreamKind {
  return { name, channel, params, foreignChannel: foreignChannel ?? channel, filtered: foreignChannel === undefined };
}
