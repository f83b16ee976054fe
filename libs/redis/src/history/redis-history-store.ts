import {
  fenceText,
  HistoryStore,
  markerChannel,
  type Acknowledgement,
  type GapReason,
  type HistoryAnswer,
  type HistoryEntry,
  type HistoryQuery,
  type HistorySettings,
} from '@fedistream/history';
import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { Subject } from 'rxjs';
import type { ReconnectingRedis } from '../reconnecting-redis.js';
import type { RedisConnections } from '../redis-connections.js';
import { HistoryKeys } from './history-keys.js';
import { RecentMessages } from './recent-messages.js';
import { readScript } from './scripts.js';
import { readMessage } from './stored-message.js';

const commandTimeoutMs = 2_000;
/** Messages that are inflated in one turn of the event loop. */
const inflatedPerTurn = 50;

/** What a {@link RedisHistoryStore} is told at its making. */
export interface RedisHistoryOptions {
  /** The Redis on which the platform publishes. */
  readonly platform: RedisConnections;
  /** The Redis that keeps the history; may be the same. */
  readonly history: RedisConnections;
  readonly prefix: string;
  readonly settings: HistorySettings;
}

/** History in Redis Streams, as a node reads it. What a `Recorder` writes. */
export class RedisHistoryStore extends HistoryStore {
  readonly node = randomBytes(9).toString('base64url');
  readonly #acknowledged = new Subject<Acknowledgement>();
  readonly acknowledged = this.#acknowledged.asObservable();
  readonly #options: RedisHistoryOptions;
  readonly #keys: HistoryKeys;
  readonly #publisher: ReconnectingRedis;
  readonly #reader: ReconnectingRedis;
  readonly #listener: ReconnectingRedis;
  readonly #recent = new RecentMessages();

  constructor(options: RedisHistoryOptions) {
    super();
    this.#options = options;
    this.#keys = new HistoryKeys(options.prefix);
    const { platform, history } = options;
    this.#publisher = platform.create({ name: 'history-fences', commandTimeoutMs, leavesReplica: true });
    this.#reader = history.create({ name: 'history-reader', commandTimeoutMs, leavesReplica: true });
    this.#listener = history.create({ name: 'history-listener', leavesReplica: true });
    this.#listener.on('ready', () => void this.#subscribe());
    this.#listener.on('message', (_channel, text) => {
      this.#acknowledge(text);
    });
  }

  /** Starts to connect, and continues trying. */
  start(): void {
    for (const client of this.#clients) {
      client.connect().catch(() => undefined); // It tries again; the log has the reason.
    }
  }

  async fence(number: number): Promise<void> {
    await this.#publisher.publish(this.#options.prefix + markerChannel, fenceText(this.node, number));
    this.#publisher.confirmWorking();
  }

  async read({ channels, after, upTo, limit, limitBytes = Infinity }: HistoryQuery): Promise<HistoryAnswer> {
    if (after.some(({ epoch }) => epoch !== upTo.epoch)) {
      return { gap: 'epoch' };
    }
    const { epoch } = upTo;
    const hashes = after.map(({ hash, scope }) => `${scope === undefined ? 'i' : 'm'}:${hash}`).join(' ');
    const keys = this.#keys;
    const answer = await readScript.run(
      this.#reader,
      [keys.state, keys.channels(epoch), keys.skipped(epoch)],
      [epoch, hashes, upTo.sequence, limit, this.#options.settings.retentionSeconds, keys.epoch(epoch), ...channels],
    );
    this.#reader.confirmWorking();
    if (!Array.isArray(answer)) {
      return { gap: String(answer) as GapReason };
    }
    const entries: HistoryEntry[] = [];
    let bytes = 0;
    let inflated = 0;
    for (const [id, channel, hash, stored] of answer as [Buffer, number, Buffer, Buffer][]) {
      const sequence = Number(id.toString().split('-', 1)[0]);
      const known = this.#recent.get(epoch, sequence);
      const message = known ?? readMessage(stored);
      if (known === undefined) {
        this.#recent.add(epoch, sequence, message);
        inflated += 1;
        if (inflated % inflatedPerTurn === 0) {
          await setImmediate();
        }
      }
      bytes += message.length;
      if (bytes > limitBytes) {
        return { gap: 'tooMany' };
      }
      entries.push({ sequence, channel: channels[channel] ?? '', hash: hash.toString(), message });
    }
    return { entries: entries.sort((one, other) => one.sequence - other.sequence) };
  }

  /** Ends the connections. */
  close(): void {
    for (const client of this.#clients) {
      client.disconnect();
    }
  }

  get #clients(): readonly ReconnectingRedis[] {
    return [this.#publisher, this.#reader, this.#listener];
  }

  async #subscribe(): Promise<void> {
    try {
      await this.#listener.subscribe(this.#keys.acknowledgements(this.node));
      this.#listener.confirmWorking();
    } catch (error) {
      this.#options.history.log.commandFailed(
        'Redis refuses to subscribe the acknowledgements of history',
        error,
        'clients cannot resume',
      );
    }
  }

  #acknowledge(text: string): void {
    const [fence, epoch, sequence] = text.split(' ');
    if (epoch !== undefined) {
      this.#acknowledged.next({ fence: Number(fence), epoch, sequence: Number(sequence) });
    }
  }
}
