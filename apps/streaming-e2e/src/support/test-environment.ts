import type { Fixtures } from './fixtures.js';
import type { Publisher, RedisPublisher } from './publisher.js';
import { Server } from './server.js';
import { openStores } from './stores.js';

/** `E2E_HISTORY=on` runs every suite on servers with a history: clients that ask for nothing must not notice. */
export const keepsHistory = process.env['E2E_HISTORY'] === 'on';

/**
 * What a client receives of an event stream, as it would be without a history. A server with one tells positions to clients that
 * name the media type: `id:` lines, and blocks of them alone. Without `E2E_HISTORY=on` the text is left as it is.
 */
export function withoutPositions(text: string): string {
  return keepsHistory
    ? text.replace(/((?:^|\n)data: [^\n]*\n)id: [\w.-]+\n/g, '$1').replace(/(^|\n)id: [\w.-]+\n\n/g, '$1')
    : text;
}

/** What to build. */
export interface TestEnvironmentOptions {
  /** Where the server gets its events from; Redis when absent. */
  readonly broker?: Publisher['name'];
  /** Settings of the server on top of those that connect it. */
  readonly env?: Readonly<Record<string, string>>;
  /** Other servers than the shared ones, for tests that stop them. */
  readonly redisUrl?: string;
  /** A database with the schema; a new one when absent. */
  readonly databaseUrl?: string;
  /** The `node` that runs the server; the one that runs the tests when absent. */
  readonly execPath?: string;
}

/** A server with its own database and its own namespace on Redis. */
export interface TestEnvironment {
  readonly server: Server;
  readonly publisher: Publisher;
  readonly fixtures: Fixtures;
  /** The server's settings: to start another one beside it. */
  readonly env: Readonly<Record<string, string>>;
  /** Stops everything. Call it in `afterAll`. */
  stop(): Promise<void>;
}

/** A {@link TestEnvironment} on Redis, where more can be looked up than on any publisher. */
export interface RedisTestEnvironment extends TestEnvironment {
  readonly publisher: RedisPublisher;
}

/** Starts a test environment; see {@link TestEnvironment}. */
export async function openTestEnvironment(
  options?: TestEnvironmentOptions & { readonly broker?: 'redis' },
): Promise<RedisTestEnvironment>;
export async function openTestEnvironment(options: TestEnvironmentOptions): Promise<TestEnvironment>;
export async function openTestEnvironment(options: TestEnvironmentOptions = {}): Promise<TestEnvironment> {
  const stores = await openStores(options);
  const { DATABASE_URL } = stores.env;
  const broker = options.broker === 'memory' ? { DATABASE_URL, BROKER: 'memory' } : stores.env;
  const env = { ...broker, ...(keepsHistory && { HISTORY: 'on' }), ...options.env };
  const server = await Server.start(env, options.execPath);
  return {
    server,
    publisher: options.broker === 'memory' ? server.publisher : stores.publisher,
    fixtures: stores.fixtures,
    env,
    async stop() {
      await server.stop();
      await stores.close();
    },
  };
}
