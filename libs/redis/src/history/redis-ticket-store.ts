import { ticketSeconds, TicketStore, type Position, type Ticket, type TicketHolder } from '@fedistream/history';
import { createHash } from 'node:crypto';
import type { ReconnectingRedis } from '../reconnecting-redis.js';
import type { RedisConnections } from '../redis-connections.js';
import { HistoryKeys } from './history-keys.js';
import { Script } from './script.js';

/** A client that reconnects does not wait for longer: it begins as a new one then. */
const commandTimeoutMs = 500;

/** A server closes its connections one after the other: tickets that it leaves within this time are of one restart. */
const restartSeconds = 15;

/** What a {@link RedisTicketStore} is told at its making. */
export interface RedisTicketOptions {
  /** The Redis that keeps the history. */
  readonly history: RedisConnections;
  readonly prefix: string;
}

/**
 * KEYS 1 tickets of a subscription: how many are left, and each position with the number of tickets that have it; ARGV 1
 * position, 2 seconds, 3 how long a restart takes at most. Where all earlier ones were taken, and are of an earlier restart, they
 * end: their clients have been here since.
 */
const leaveScript = new Script(`
local left = tonumber(redis.call('HGET', KEYS[1], 'left') or 0)
if left <= 0 and redis.call('TTL', KEYS[1]) <= ARGV[2] - ARGV[3] then redis.call('DEL', KEYS[1]) end
redis.call('HINCRBY', KEYS[1], 'left', 1)
redis.call('HINCRBY', KEYS[1], ARGV[1], 1)
redis.call('EXPIRE', KEYS[1], ARGV[2])
`);

/** KEYS 1 tickets of a subscription. Answers with all fields. */
const takeScript = new Script(`
local left = tonumber(redis.call('HGET', KEYS[1], 'left') or 0)
if left > 0 then redis.call('HINCRBY', KEYS[1], 'left', -1) end
return redis.call('HKEYS', KEYS[1])
`);

/** KEYS 1 tickets of a subscription. */
const giveBackScript = new Script(`
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HINCRBY', KEYS[1], 'left', 1) end
`);

/** KEYS 1 tickets of a subscription; ARGV 1 position. */
const withdrawScript = new Script(`
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return end
if redis.call('HINCRBY', KEYS[1], ARGV[1], -1) <= 0 then redis.call('HDEL', KEYS[1], ARGV[1]) end
if redis.call('HINCRBY', KEYS[1], 'left', -1) < 0 then redis.call('HSET', KEYS[1], 'left', 0) end
if redis.call('HLEN', KEYS[1]) == 1 then redis.call('DEL', KEYS[1]) end
`);

const scripts = [leaveScript, takeScript, giveBackScript, withdrawScript];

/** Tickets in Redis: a hash for each subscription of a token that has left some. */
export class RedisTicketStore extends TicketStore {
  readonly #client: ReconnectingRedis;
  readonly #keys: HistoryKeys;

  constructor({ history, prefix }: RedisTicketOptions) {
    super();
    this.#keys = new HistoryKeys(prefix);
    this.#client = history.create({ name: 'history-tickets', commandTimeoutMs, leavesReplica: true });
    this.#client.on('ready', () => void this.#prepare());
  }

  /** Starts to connect, and continues trying. */
  start(): void {
    this.#client.connect().catch(() => undefined); // It tries again; the log has the reason.
  }

  async leave(tickets: readonly Ticket[]): Promise<void> {
    const pipeline = this.#client.pipeline();
    for (const ticket of tickets) {
      leaveScript.add(pipeline, [this.#keyOf(ticket)], [ticket.position, ticketSeconds, restartSeconds]);
    }
    await this.#carryOut(pipeline);
  }

  async withdraw(tickets: readonly Ticket[]): Promise<void> {
    const pipeline = this.#client.pipeline();
    for (const ticket of tickets) {
      withdrawScript.add(pipeline, [this.#keyOf(ticket)], [ticket.position]);
    }
    await this.#carryOut(pipeline);
  }

  async take(holder: TicketHolder): Promise<readonly Position[]> {
    const fields = await takeScript.run(this.#client, [this.#keyOf(holder)], []);
    return Array.isArray(fields) ? fields.map(String).filter((field) => field !== 'left') : [];
  }

  async giveBack(holder: TicketHolder): Promise<void> {
    await giveBackScript.run(this.#client, [this.#keyOf(holder)], []);
  }

  /** Ends the connection. */
  close(): void {
    this.#client.disconnect();
  }

  async #prepare(): Promise<void> {
    // Where Redis refuses scripts, each call says so.
    await Promise.all(scripts.map((script) => script.load(this.#client))).catch(() => undefined);
    this.#client.confirmWorking();
  }

  async #carryOut(pipeline: ReturnType<ReconnectingRedis['pipeline']>): Promise<void> {
    for (const [error] of (await pipeline.exec()) ?? []) {
      if (error) {
        throw error;
      }
    }
  }

  /** Labels are a client's text, of any length and with any characters. */
  #keyOf({ tokenId, label }: TicketHolder): string {
    const hash = createHash('sha256').update(JSON.stringify(label)).digest('base64url').slice(0, 22);
    return this.#keys.tickets(tokenId, hash);
  }
}
