import { Redis, type RedisOptions } from 'ioredis';
import type { SentinelAddress } from './redis-settings.js';

const channel = '+switch-master';
/** The pause before reconnecting to a Sentinel. Without it clients still find the master, only later. */
const retryMs = 5_000;

/** Options of a {@link MasterWatch}. */
export interface MasterWatchOptions {
  readonly sentinels: readonly SentinelAddress[];
  /** The Sentinels' name of the master. */
  readonly master: string;
  /** User, password and TLS of the Sentinels. */
  readonly credentials: Pick<RedisOptions, 'username' | 'password' | 'tls'>;
  /** Called for each announcement of each Sentinel, late and repeated ones included. */
  readonly switched: (master: SentinelAddress) => void;
}

/**
 * Listens to the Sentinels for a new master: a living old master learns of its demotion only ten seconds later.
 *
 * Own code instead of the detector of ioredis. That one drops the connection at each announcement, although the client may
 * be connected to the new master already, and prints each failure of a Sentinel on the console.
 */
export class MasterWatch {
  readonly #clients: readonly Redis[];

  constructor({ sentinels, master, credentials, switched }: MasterWatchOptions) {
    this.#clients = sentinels.map(({ host, port }) => {
      const client = new Redis({
        ...credentials,
        host,
        port,
        lazyConnect: true,
        enableReadyCheck: false,
        retryStrategy: () => retryMs,
      });
      client.on('error', () => undefined); // The clients that look for the master log failures.
      client.on('ready', () => {
        client.subscribe(channel).catch(() => undefined);
      });
      client.on('message', (_: string, announcement: string) => {
        const [name, , , newHost, newPort] = announcement.split(' ');
        if (name === master && newHost !== undefined) {
          switched({ host: newHost, port: Number(newPort) });
        }
      });
      return client;
    });
  }

  /** Connects, and tries for ever. */
  start(): void {
    for (const client of this.#clients) {
      client.connect().catch(() => undefined);
    }
  }

  /** Ends all connections. */
  close(): void {
    for (const client of this.#clients) {
      client.disconnect();
    }
  }
}
