import { ticketSeconds, TicketStore, type Position, type Ticket, type TicketHolder } from '@fedistream/history';
import { createHash } from 'node:crypto';
import { createClient } from '../create-client.js';
import type { ReconnectingRedis } from '../reconnecting-redis.js';
import type { RedisLog } from '../redis-log.js';
import type { RedisSettings } from '../redis-settings.js';
import { HistoryKeys } from './history-keys.js';
import { Script } from './script.js';

/** A client that reconnects does not wait for longer: it begins as a new one then. */
const commandTimeoutMs = 500;

/** What a {@link RedisTicketStore} is told at its making. */
export interface RedisTicketOptions {
  /** The Redis that keeps the history. */
  readonly history: RedisSettings;
  readonly prefix: string;
  readonly log: RedisLog;
}

/** KEYS 1 tickets of a subscription: how many are left, and each position as a field; ARGV 1 position, 2 seconds. */
const leaveScript = new Script(`
redis.call('HINCRBY', KEYS[1], 'left', 1)
redis.call('HSET', KEYS[1], ARGV[1], 1)
redis.call('EXPIRE', KEYS[1], ARGV[2])
`);

/** KEYS 1 tickets of a subscription. Answers with all fields, if one was left. */
const takeScript = new Script(`
local left = tonumber(redis.call('HGET', KEYS[1], 'left') or 0)
if left <= 0 then return {} end
local fields = redis.call('HKEYS', KEYS[1])
if left == 1 then redis.call('DEL', KEYS[1]) else redis.call('HINCRBY', KEYS[1], 'left', -1) end
return fields
`);

/** Tickets in Redis: a hash for each subscription of a token that has left some. */
export class RedisTicketStore extends TicketStore {
  readonly #client: ReconnectingRedis;
  readonly #keys: HistoryKeys;

  constructor({ history, prefix, log }: RedisTicketOptions) {
    super();
    this.#keys = new HistoryKeys(prefix);
    this.#client = createClient(history, { name: 'history-tickets', commandTimeoutMs });
    log.watch(this.#client);
    this.#client.on('ready', () => void this.#prepare());
  }

  /** Starts to connect, and goes on trying. */
  start(): void {
    this.#client.connect().catch(() => undefined); // It tries again; the log has the reason.
  }

  async leave(tickets: readonly Ticket[]): Promise<void> {
    const pipeline = this.#client.pipeline();
    for (const ticket of tickets) {
      leaveScript.add(pipeline, [this.#keyOf(ticket)], [ticket.position, ticketSeconds]);
    }
    await this.#carryOut(pipeline);
  }

  async withdraw(tickets: readonly Ticket[]): Promise<void> {
    const pipeline = this.#client.pipeline();
    for (const ticket of tickets) {
      takeScript.add(pipeline, [this.#keyOf(ticket)], []);
    }
    await this.#carryOut(pipeline);
  }

  async take(holder: TicketHolder): Promise<readonly Position[]> {
    const fields = await takeScript.run(this.#client, [this.#keyOf(holder)], []);
    return Array.isArray(fields) ? fields.map(String).filter((field) => field !== 'left') : [];
  }

  /** Ends the connection. */
  close(): void {
    this.#client.disconnect();
  }

  async #prepare(): Promise<void> {
    // Where Redis refuses scripts, each call says so.
    await Promise.all([leaveScript, takeScript].map((script) => script.load(this.#client))).catch(() => undefined);
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
