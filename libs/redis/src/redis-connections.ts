import { createClient, createMasterWatch } from './create-client.js';
import type { MasterWatch } from './master-watch.js';
import type { ReconnectingRedis } from './reconnecting-redis.js';
import { RedisLog } from './redis-log.js';
import type { RedisSettings } from './redis-settings.js';
import { RedisStatistics } from './redis-statistics.js';

/** The purpose of a connection of {@link RedisConnections}. */
export interface ConnectionPurpose {
  /** The last part of the connection's name in `CLIENT LIST`. */
  readonly name: string;
  /** How long a single command may take before it fails. Default: no limit. */
  readonly commandTimeoutMs?: number;
  /**
   * Whether it reconnects when this Redis refuses a write of any of these connections as a replica. PUBLISH and reads succeed on
   * a replica: only a write finds out. Default: no.
   */
  readonly leavesReplica?: boolean;
}

/**
 * The connections of this process to one Redis. A master that was demoted keeps its connections open, so they leave it together:
 * when a Sentinel announces another master, and when the server refuses a write as a replica.
 */
export class RedisConnections {
  readonly settings: RedisSettings;
  readonly log: RedisLog;
  readonly #clients = new Map<ReconnectingRedis, ConnectionPurpose>();
  readonly #masterWatch: MasterWatch | undefined;

  constructor(settings: RedisSettings, log = new RedisLog(new RedisStatistics())) {
    this.settings = settings;
    this.log = log;
    this.#masterWatch = createMasterWatch(settings, (master) => {
      for (const client of this.#open()) {
        client.announceMaster(master);
      }
    });
  }

  /** Makes a client as {@link createClient} does; why it cannot connect is logged. Its owner connects and ends it. */
  create(purpose: ConnectionPurpose): ReconnectingRedis {
    const { leavesReplica = false, ...rest } = purpose;
    const refusedAsReplica = () => {
      this.leaveReplica();
    };
    const client = createClient(this.settings, { ...rest, ...(leavesReplica && { refusedAsReplica }) });
    this.#clients.set(client, purpose);
    this.log.watch(client);
    return client;
  }

  /** Starts to listen to the Sentinels, if the settings name any. */
  start(): void {
    this.#masterWatch?.start();
  }

  /** Ends the connections to the Sentinels; clients are ended by their owners. */
  close(): void {
    this.#masterWatch?.close();
  }

  /** To be called when this Redis refuses a write as a replica: the connections that need a master look for it. */
  leaveReplica(): void {
    for (const client of this.#open()) {
      if (this.#clients.get(client)?.leavesReplica === true && client.status === 'ready') {
        client.disconnect(true);
      }
    }
  }

  #open(): readonly ReconnectingRedis[] {
    for (const client of this.#clients.keys()) {
      if (client.closed) {
        this.#clients.delete(client);
      }
    }
    return [...this.#clients.keys()];
  }
}
