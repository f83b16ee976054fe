import {
  markerChannel,
  messageHash,
  newEpoch,
  readMarker,
  tickText,
  type HistorySettings,
  type HistoryStatistics,
} from '@fedistream/history';
import { errorReason } from '@fedistream/util';
import { Logger } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '../create-client.js';
import type { ReconnectingRedis } from '../reconnecting-redis.js';
import type { RedisLog } from '../redis-log.js';
import type { RedisSettings } from '../redis-settings.js';
import { EpochDamaged, EpochWriter, LeaseLost, type Cursor } from './epoch-writer.js';
import { HistoryKeys } from './history-keys.js';
import { MessageLog } from './message-log.js';
import { PresenceLookup } from './presence-lookup.js';
import { RecorderListener } from './recorder-listener.js';
import {
  acquireScript,
  beginScript,
  markScript,
  recordScript,
  releaseScript,
  renewScript,
  skipScript,
} from './scripts.js';

/** The times of a recorder, in milliseconds. */
export interface RecorderTiming {
  /** How long a lease lasts without renewal: within this time a standby takes over from a recorder that has died. */
  readonly leaseMs: number;
  /** How often leases are asked for and renewed. */
  readonly beatMs: number;
  readonly tickMs: number;
  /** Without its own ticks for so long, a recorder listens to a server that no publisher uses any more. */
  readonly unheardMs: number;
  /** A standby is behind the last leader by milliseconds; what it has not received after this time it has missed. */
  readonly catchUpMs: number;
}

const usualTiming: RecorderTiming = { leaseMs: 2_000, beatMs: 200, tickMs: 1_000, unheardMs: 3_000, catchUpMs: 400 };
const commandTimeoutMs = 1_500;
/** A successor has to have what its predecessor had not written when its lease ended. */
const logMs = 10_000;
const logBytes = 32 * 1024 * 1024;
/** Ticks of one term; see {@link acquireScript}. */
const ticksPerTerm = 1_000_000_000;

/** What a {@link Recorder} is told at its making. */
export interface RecorderOptions {
  /** The Redis on which the platform publishes. */
  readonly platform: RedisSettings;
  /** The Redis that keeps the history; may be the same. */
  readonly history: RedisSettings;
  readonly prefix: string;
  readonly settings: HistorySettings;
  readonly statistics: HistoryStatistics;
  readonly log: RedisLog;
  /** By default the lease lasts 2 s. Shorter for tests. */
  readonly timing?: RecorderTiming;
}

/**
 * Writes the history, or waits to do so. Of all processes that could, one leads and one stands by: both receive every
 * message; the others only look whether they are needed.
 *
 * Whatever goes wrong, a recorder steps down and asks for the lease again. The recorder that gets it continues the epoch if it has
 * received everything since the last message that was written, and begins a new epoch otherwise.
 */
export class Recorder {
  readonly #logger = new Logger('History');
  readonly #options: RecorderOptions;
  readonly #timing: RecorderTiming;
  readonly #token = randomBytes(9).toString('base64url');
  readonly #keys: HistoryKeys;
  readonly #platform: ReconnectingRedis;
  readonly #writerClient: ReconnectingRedis;
  readonly #listener: RecorderListener;
  readonly #presence: PresenceLookup;
  readonly #log = new MessageLog(logMs, logBytes);
  #role: 'idle' | 'standby' | 'leader' = 'idle';
  /** Changes whenever the role does: what was begun before is not gone on with. */
  #stint = 0;
  #epoch: string | undefined;
  #writer: EpochWriter | undefined;
  #writing = false;
  #nextTick = 0;
  #tickSentMs = 0;
  #tickHeardMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #beating = false;
  #closed = false;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#timing = options.timing ?? usualTiming;
    const { platform, history, prefix, log } = options;
    this.#keys = new HistoryKeys(prefix);
    this.#platform = createClient(platform, { name: 'recorder-platform', commandTimeoutMs });
    this.#writerClient = createClient(history, { name: 'recorder-writer', commandTimeoutMs });
    for (const client of [this.#platform, this.#writerClient]) {
      log.watch(client);
    }
    this.#presence = new PresenceLookup(this.#platform, prefix);
    this.#listener = new RecorderListener({
      connect: () => createClient(platform, { name: 'recorder' }),
      prefix,
      log,
      began: () => {
        this.#log.clear();
      },
      message: (channel, message) => {
        this.#log.add(channel, message);
        this.#heard(channel, message);
      },
      ended: () => {
        this.#log.clear();
        if (this.#role === 'leader') {
          void this.#stepDown('it lost the connection that brings messages', true);
        }
      },
    });
  }

  /** Whether this recorder leads, and everything it receives is being written. */
  get leading(): boolean {
    return this.#writer !== undefined;
  }

  /** Begins to ask for a lease. Returns at once. */
  start(): void {
    for (const client of [this.#platform, this.#writerClient]) {
      client.connect().catch(() => undefined); // It tries again; the log has the reason.
    }
    this.#timer = setInterval(() => void this.#beat(), this.#timing.beatMs);
  }

  /** Gives the lease back and ends. Settles when another recorder may lead. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#handOver().catch(() => undefined); // The successor may find its place all the same.
    await this.#stepDown('the process stops', true);
    await this.#release(this.#keys.standby);
    this.#listener.end();
    this.#platform.disconnect();
    this.#writerClient.disconnect();
  }

  /** Ends without giving anything back, as a process does that is killed. For tests. */
  kill(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#change('idle');
    this.#listener.end();
    this.#platform.disconnect();
    this.#writerClient.disconnect();
  }

  async #beat(): Promise<void> {
    if (this.#beating || this.#writerClient.status !== 'ready') {
      return;
    }
    this.#beating = true;
    try {
      if (this.#role === 'idle') {
        await this.#standBy();
      }
      if (this.#role === 'standby') {
        await this.#renewStandby();
        await this.#lead();
      } else if (this.#role === 'leader') {
        await this.#renew();
        await this.#tick();
      }
    } catch (error) {
      this.#options.log.commandFailed('The recorder of history failed', error, 'it tries again');
    } finally {
      this.#beating = false;
    }
    const room = this.#log.trim(this.#writer?.index ?? this.#log.end);
    if (!room) {
      this.#log.clear();
      await this.#stepDown('it cannot keep up with what is published', true);
    }
  }

  /** Only two listen: a process that is not needed does not receive what the whole platform publishes. */
  async #standBy(): Promise<void> {
    const taken = await this.#writerClient.set(this.#keys.standby, this.#token, 'PX', this.#timing.leaseMs, 'NX');
    const own = taken === 'OK' || (await this.#writerClient.get(this.#keys.standby)) === this.#token;
    if (own && !this.#closed) {
      this.#listener.begin();
      this.#change('standby');
    } else {
      this.#listener.end();
    }
  }

  async #renewStandby(): Promise<void> {
    if (
      Number(await renewScript.run(this.#writerClient, [this.#keys.standby], [this.#token, this.#timing.leaseMs])) === 0
    ) {
      this.#change('idle');
    }
  }

  async #renew(): Promise<void> {
    if (
      Number(await renewScript.run(this.#writerClient, [this.#keys.leader], [this.#token, this.#timing.leaseMs])) === 0
    ) {
      await this.#stepDown('its lease has ended', false);
    } else if (performance.now() - this.#tickHeardMs > this.#timing.unheardMs) {
      this.#listener.reconnect();
    }
  }

  async #lead(): Promise<void> {
    if (this.#role !== 'standby' || !this.#listener.listening || this.#platform.status !== 'ready') {
      return;
    }
    const { leader, state, term } = this.#keys;
    const answer = await acquireScript.run(
      this.#writerClient,
      [leader, state, term],
      [this.#token, this.#timing.leaseMs],
    );
    if (!Array.isArray(answer) || this.#closed) {
      return;
    }
    const stint = this.#change('leader');
    const [epoch = '', tick = '', offset = '', last = '', newTerm = ''] = answer.map(String);
    this.#nextTick = Number(newTerm) * ticksPerTerm;
    this.#tickHeardMs = performance.now();
    await this.#release(this.#keys.standby);
    for (const script of [recordScript, skipScript, markScript]) {
      await script.load(this.#writerClient);
    }
    const cursor = await this.#find({ tick, offset: Number(offset), last }, stint);
    if (stint !== this.#stint) {
      return;
    }
    if (cursor === undefined || epoch === '') {
      await this.#beginEpoch(stint);
    } else {
      this.#epoch = epoch;
      this.#logger.log(`Recording; epoch ${epoch} continues`);
      this.#write(epoch, cursor);
    }
    await this.#tick();
  }

  /** Where the previous leader has ended, in the log of this one; `undefined` if a message may be missing. */
  async #find(
    { tick, offset, last }: { tick: string; offset: number; last: string },
    stint: number,
  ): Promise<Cursor | undefined> {
    const endMs = performance.now() + this.#timing.catchUpMs;
    while (tick !== '' && stint === this.#stint && performance.now() < endMs) {
      const at = this.#log.indexOfTick(tick);
      const index = (at ?? 0) + 1 + offset;
      const before = at === undefined ? undefined : this.#log.at(index - 1);
      if (before !== undefined) {
        const same = messageHash(this.#log.markerBefore(index - 1), before.channel, before.message) === last;
        return same ? { index, tick, offset, marker: this.#log.markerBefore(index) } : undefined;
      }
      await sleep(20);
    }
    return undefined;
  }

  async #beginEpoch(stint: number): Promise<void> {
    const epoch = newEpoch();
    const old = (await this.#writerClient.hget(this.#keys.state, 'epoch')) ?? undefined;
    const { leader, state } = this.#keys;
    const seconds = this.#options.settings.retentionSeconds + 600;
    const answer = await beginScript.run(this.#writerClient, [leader, state], [this.#token, epoch, seconds]);
    if (String(answer) !== 'begun') {
      throw new LeaseLost('another recorder leads');
    }
    if (stint !== this.#stint) {
      return;
    }
    this.#epoch = epoch;
    this.#options.statistics.epochs += 1;
    this.#logger.warn(
      `Recording; a new epoch begins (${epoch}): clients that resume from an earlier one are told that they missed events`,
    );
    if (old !== undefined) {
      void this.#forget(old);
    }
  }

  /** Publishes a tick. The first one of an epoch begins it, when it arrives here. */
  async #tick(): Promise<void> {
    const now = performance.now();
    const pauseMs = this.#writer === undefined ? this.#timing.beatMs : this.#timing.tickMs - this.#timing.beatMs / 2;
    if (this.#role !== 'leader' || this.#epoch === undefined || now - this.#tickSentMs < pauseMs) {
      return;
    }
    this.#tickSentMs = now;
    await this.#platform.publish(this.#options.prefix + markerChannel, tickText(this.#epoch, this.#nextTick++));
  }

  /** Publishes a last tick, and waits until it is written: a standby that has just begun to listen continues behind it. */
  async #handOver(): Promise<void> {
    const endMs = performance.now() + this.#timing.leaseMs / 2;
    const writer = this.#writer;
    if (writer === undefined || this.#epoch === undefined) {
      return;
    }
    const tick = tickText(this.#epoch, this.#nextTick++);
    await this.#platform.publish(this.#options.prefix + markerChannel, tick);
    while (writer === this.#writer && performance.now() < endMs) {
      if (writer.index > (this.#log.indexOfTick(tick) ?? Infinity)) {
        return;
      }
      await sleep(5);
    }
  }

  #heard(channel: string, message: Buffer): void {
    if (this.#role !== 'leader') {
      return;
    }
    const marker = channel === markerChannel ? readMarker(message.toString()) : undefined;
    if (marker?.kind === 'tick' && marker.epoch === this.#epoch) {
      this.#tickHeardMs = performance.now();
      if (this.#writer === undefined) {
        this.#write(marker.epoch, { index: this.#log.end - 1, tick: '', offset: 0, marker: '' });
      }
    }
    void this.#pump();
  }

  #write(epoch: string, cursor: Cursor): void {
    const { settings, statistics } = this.#options;
    const [keys, log, presence] = [this.#keys, this.#log, this.#presence];
    const client = this.#writerClient;
    this.#writer = new EpochWriter(
      { client, keys, token: this.#token, epoch, log, presence, settings, statistics },
      cursor,
    );
    statistics.recording = true;
    void this.#pump();
  }

  async #pump(): Promise<void> {
    const writer = this.#writer;
    if (this.#writing || writer === undefined) {
      return;
    }
    this.#writing = true;
    try {
      while (writer === this.#writer && (await writer.writeBatch())) {
        this.#options.statistics.lag = this.#log.end - writer.index;
      }
    } catch (error) {
      if (writer === this.#writer) {
        await this.#failed(error);
      }
    } finally {
      this.#writing = false;
    }
    if (this.#writer !== undefined && this.#writer.index < this.#log.end) {
      void this.#pump();
    }
  }

  async #failed(error: unknown): Promise<void> {
    if (error instanceof EpochDamaged) {
      this.#writer = undefined;
      this.#epoch = undefined;
      this.#logger.warn('Redis has evicted a part of the history; give it more memory, or HISTORY_MAX_MIB less');
      await this.#beginEpoch(this.#stint).catch((failure: unknown) =>
        this.#stepDown(`no epoch could begin: ${errorReason(failure)}`, true),
      );
    } else {
      await this.#stepDown(error instanceof LeaseLost ? 'another recorder leads' : errorReason(error), false);
    }
  }

  async #stepDown(reason: string, release: boolean): Promise<void> {
    if (this.#role === 'leader') {
      this.#change('idle');
      this.#logger.warn(`No longer recording: ${reason}`);
      if (release) {
        await this.#release(this.#keys.leader);
      }
    }
  }

  #change(role: 'idle' | 'standby' | 'leader'): number {
    this.#role = role;
    this.#epoch = undefined;
    this.#writer = undefined;
    this.#options.statistics.recording = false;
    this.#options.statistics.lag = 0;
    return ++this.#stint;
  }

  async #release(lease: string): Promise<void> {
    if (this.#writerClient.status === 'ready') {
      await releaseScript.run(this.#writerClient, [lease], [this.#token]).catch(() => undefined); // It ends by itself.
    }
  }

  /** Frees what an ended epoch has kept, in slices; what is left expires. */
  async #forget(epoch: string): Promise<void> {
    const [channels, keys, client] = [this.#keys.channels(epoch), this.#keys, this.#writerClient];
    try {
      for (let some: string[]; (some = await client.zrange(channels, '0', '499')).length > 0;) {
        await client.unlink(...some.flatMap((channel) => [keys.stream(epoch, channel), keys.index(epoch, channel)]));
        await client.zrem(channels, ...some);
      }
      await client.unlink(channels, keys.skipped(epoch));
    } catch {
      // It expires.
    }
  }
}
