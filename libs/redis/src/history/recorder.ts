import { markerChannel, readMarker } from '@fedistream/history';
import { errorReason } from '@fedistream/util';
import { Logger } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReconnectingRedis } from '../reconnecting-redis.js';
import { EpochDamaged, EpochWriter, LeaseLost, type Cursor } from './epoch-writer.js';
import { Epochs, findCursor } from './epochs.js';
import { HistoryKeys } from './history-keys.js';
import { Leases } from './leases.js';
import { MessageLog } from './message-log.js';
import { PresenceLookup } from './presence-lookup.js';
import { RecorderListener } from './recorder-listener.js';
import { usualTiming, type RecorderOptions, type RecorderTiming } from './recorder-options.js';
import { markScript, recordScript, skipScript } from './scripts.js';
import { Ticks } from './ticks.js';
import { WriterLoop } from './writer-loop.js';

const commandTimeoutMs = 1_500;
/** A successor has to have what its predecessor had not written when its lease ended. */
const logMs = 10_000;
const logBytes = 32 * 1024 * 1024;

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
  readonly #leases: Leases;
  readonly #epochs: Epochs;
  readonly #presence: PresenceLookup;
  readonly #log = new MessageLog(logMs, logBytes);
  readonly #ticks = new Ticks();
  readonly #writing: WriterLoop;
  #role: 'idle' | 'standby' | 'leader' = 'idle';
  /** Changes whenever the role does: what was begun before is not gone on with. */
  #stint = 0;
  #epoch: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #beating = false;
  #closed = false;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#timing = options.timing ?? usualTiming;
    const { platform, history, prefix, settings } = options;
    this.#keys = new HistoryKeys(prefix);
    this.#platform = platform.create({ name: 'recorder-platform', commandTimeoutMs, leavesReplica: true });
    this.#writerClient = history.create({ name: 'recorder-writer', commandTimeoutMs, leavesReplica: true });
    this.#leases = new Leases(this.#writerClient, this.#keys, this.#token, this.#timing.leaseMs);
    this.#epochs = new Epochs(this.#writerClient, this.#keys, this.#token, settings.retentionSeconds);
    this.#presence = new PresenceLookup(this.#platform, prefix);
    this.#writing = new WriterLoop(this.#log, options.statistics, (error) => this.#failed(error));
    this.#listener = new RecorderListener({
      connect: () => platform.create({ name: 'recorder', leavesReplica: true }),
      prefix,
      log: platform.log,
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
    return this.#writing.active;
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
    await this.#leases.release('standby');
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
      this.#writerClient.confirmWorking();
    } catch (error) {
      this.#options.history.log.commandFailed('The recorder of history failed', error, 'it tries again');
    } finally {
      this.#beating = false;
    }
    const room = this.#log.trim(this.#writing.index ?? this.#log.end);
    if (!room) {
      this.#log.clear();
      await this.#stepDown('it cannot keep up with what is published', true);
    }
  }

  /** Only two listen: a process that is not needed does not receive what the whole platform publishes. */
  async #standBy(): Promise<void> {
    const isOwn = await this.#leases.standBy();
    if (isOwn && !this.#closed) {
      this.#listener.begin();
      this.#change('standby');
    } else {
      this.#listener.end();
    }
  }

  async #renewStandby(): Promise<void> {
    if (!(await this.#leases.renew('standby'))) {
      this.#change('idle');
    }
  }

  async #renew(): Promise<void> {
    if (!(await this.#leases.renew('leader'))) {
      await this.#stepDown('its lease has ended', false);
    } else if (this.#ticks.silentMs > this.#timing.unheardMs) {
      // One of both is connected to a server that no publisher uses any more.
      this.#platform.disconnect(true);
      this.#listener.reconnect();
    }
  }

  async #lead(): Promise<void> {
    if (this.#role !== 'standby' || !this.#listener.listening || this.#platform.status !== 'ready') {
      return;
    }
    const lease = await this.#leases.lead();
    if (lease === undefined || this.#closed) {
      return;
    }
    const stint = this.#change('leader');
    const { term, previous } = lease;
    this.#ticks.begin(term);
    await this.#leases.release('standby');
    for (const script of [recordScript, skipScript, markScript]) {
      await script.load(this.#writerClient);
    }
    const { catchUpMs } = this.#timing;
    const isCurrent = () => stint === this.#stint;
    const cursor = await findCursor({ log: this.#log, previous, catchUpMs, isCurrent });
    if (!isCurrent()) {
      return;
    }
    if (cursor === undefined) {
      await this.#beginEpoch(stint);
    } else {
      this.#epoch = previous.epoch;
      this.#logger.log(`Recording; epoch ${previous.epoch} continues`);
      this.#write(previous.epoch, cursor);
    }
    await this.#tick();
  }

  async #beginEpoch(stint: number): Promise<void> {
    const epoch = await this.#epochs.begin();
    if (stint !== this.#stint) {
      return;
    }
    this.#epoch = epoch;
    this.#options.statistics.epochs += 1;
    this.#logger.warn(
      `Recording; a new epoch begins (${epoch}): clients that resume from an earlier one are told that they missed events`,
    );
  }

  /** Publishes a tick. The first one of an epoch begins it, when it arrives here. */
  async #tick(): Promise<void> {
    const pauseMs = !this.#writing.active ? this.#timing.beatMs : this.#timing.tickMs - this.#timing.beatMs / 2;
    if (this.#role === 'leader' && this.#epoch !== undefined && this.#ticks.isDue(pauseMs)) {
      await this.#publish(this.#ticks.next(this.#epoch));
    }
  }

  async #publish(tick: string): Promise<void> {
    await this.#platform.publish(this.#options.prefix + markerChannel, tick);
    this.#platform.confirmWorking();
  }

  /** Publishes a last tick, and waits until it is written: a standby that has just begun to listen continues behind it. */
  async #handOver(): Promise<void> {
    const endMs = performance.now() + this.#timing.leaseMs / 2;
    const stint = this.#stint;
    if (!this.#writing.active || this.#epoch === undefined) {
      return;
    }
    const tick = this.#ticks.next(this.#epoch);
    await this.#publish(tick);
    while (stint === this.#stint && performance.now() < endMs) {
      if ((this.#writing.index ?? 0) > (this.#log.indexOfTick(tick) ?? Infinity)) {
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
      this.#ticks.heard();
      if (!this.#writing.active) {
        this.#write(marker.epoch, { index: this.#log.end - 1, tick: '', offset: 0, marker: '' });
      }
    }
    this.#writing.wake();
  }

  #write(epoch: string, cursor: Cursor): void {
    const { settings, statistics } = this.#options;
    const [client, keys, token] = [this.#writerClient, this.#keys, this.#token];
    const [log, presence] = [this.#log, this.#presence];
    const options = { client, keys, token, epoch, log, presence, settings, statistics };
    this.#writing.begin(new EpochWriter(options, cursor));
  }

  async #failed(error: unknown): Promise<void> {
    if (error instanceof EpochDamaged) {
      this.#writing.end();
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
        await this.#leases.release('leader');
      }
    }
  }

  #change(role: 'idle' | 'standby' | 'leader'): number {
    this.#role = role;
    this.#epoch = undefined;
    this.#writing.end();
    return ++this.#stint;
  }
}
