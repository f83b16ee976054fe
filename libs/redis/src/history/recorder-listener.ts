import type { Channel } from '@fedistream/domain';
import { isRecorded, markerChannel } from '@fedistream/history';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReconnectingRedis } from '../reconnecting-redis.js';
import type { RedisLog } from '../redis-log.js';

/** How long to wait before asking again when Redis has refused the subscription. */
const retryMs = 5_000;

/** What a {@link RecorderListener} is told at its making. */
export interface RecorderListenerOptions {
  /** Makes a connection for nothing but this subscription, not connected yet. */
  readonly connect: () => ReconnectingRedis;
  readonly prefix: string;
  readonly log: RedisLog;
  /** Everything arrives from now on. */
  readonly began: () => void;
  /** Receives each message, in order; must not throw. */
  readonly message: (channel: Channel, message: Buffer) => void;
  /** The connection was lost: messages may be missing. */
  readonly ended: () => void;
}

/** The connection that brings a recorder every message of every timeline, and the markers. */
export class RecorderListener {
  readonly #options: RecorderListenerOptions;
  #client: ReconnectingRedis | undefined;
  #listening = false;
  #connection = 0;

  constructor(options: RecorderListenerOptions) {
    this.#options = options;
  }

  /** Whether every message arrives. */
  get listening(): boolean {
    return this.#listening;
  }

  /** Connects, if it has not, and continues trying. */
  begin(): void {
    if (this.#client !== undefined) {
      return;
    }
    const { connect, prefix, message } = this.#options;
    const client = connect();
    this.#client = client;
    client.on('ready', () => void this.#subscribe(client));
    client.on('close', () => {
      this.#down(client);
    });
    const skip = Buffer.byteLength(prefix);
    const receive = (name: Buffer, bytes: Buffer) => {
      const channel = name.toString('utf8', skip);
      if (this.#listening && client === this.#client && (channel === markerChannel || isRecorded(channel))) {
        message(channel, bytes);
      }
    };
    client.on('messageBuffer', receive);
    client.on('pmessageBuffer', (_pattern: string, channel: Buffer, bytes: Buffer) => {
      receive(channel, bytes);
    });
    client.connect().catch(() => undefined); // It tries again; the log has the reason.
  }

  /** Ends this connection and makes another one: it is not to be trusted. */
  reconnect(): void {
    this.end();
    this.begin();
  }

  /** Ends the connection, until {@link begin} is called again. */
  end(): void {
    const client = this.#client;
    if (client !== undefined) {
      this.#down(client);
      this.#client = undefined;
      client.disconnect();
    }
  }

  async #subscribe(client: ReconnectingRedis): Promise<void> {
    const connection = ++this.#connection;
    const { prefix, log, began } = this.#options;
    const literalPrefix = prefix.replace(/[*?[\]\\]/g, '\\$&');
    while (connection === this.#connection) {
      try {
        await client.psubscribe(`${literalPrefix}timeline:*`);
        await client.subscribe(prefix + markerChannel);
        break;
      } catch (error) {
        const consequence = 'history is not recorded; check the ACL rules of this user';
        log.commandFailed('Redis refuses to subscribe the recorder of history', error, consequence);
        await sleep(retryMs, undefined, { ref: false });
      }
    }
    if (connection === this.#connection) {
      this.#listening = true;
      client.confirmWorking();
      began();
    }
  }

  #down(client: ReconnectingRedis): void {
    if (client !== this.#client) {
      return;
    }
    this.#connection++;
    if (this.#listening) {
      this.#listening = false;
      this.#options.ended();
    }
  }
}
