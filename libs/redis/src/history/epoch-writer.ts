import {
  isRecorded,
  markerChannel,
  messageHash,
  readMarker,
  type HistorySettings,
  type HistoryStatistics,
} from '@fedistream/history';
import type { ChainableCommander, Redis } from 'ioredis';
import type { HistoryKeys } from './history-keys.js';
import type { LoggedMessage, MessageLog } from './message-log.js';
import type { PresenceLookup } from './presence-lookup.js';
import { markScript, recordScript, skipScript, type ScriptArgument } from './scripts.js';
import { storeMessage } from './stored-message.js';

/** Messages in one pipeline. */
const batchSize = 200;
/** How many channels are remembered on which a message was not recorded. */
const skippedAtMost = 10_000;
/** How long data stays when no recorder is left to drop it, beyond the retention, in seconds. */
const backstopSeconds = 600;

/** Another recorder leads now, or this one has lost its place. */
export class LeaseLost extends Error {}

/** Redis has evicted what an epoch needs. */
export class EpochDamaged extends Error {}

/** Where the writer stands in its log, and what the same place is called in Redis. */
export interface Cursor {
  readonly index: number;
  readonly tick: string;
  readonly offset: number;
  /** The text of the last marker before it; empty before the first one of an epoch. */
  readonly marker: string;
}

/** What a writer needs. */
export interface EpochWriterOptions {
  readonly client: Redis;
  readonly keys: HistoryKeys;
  readonly token: string;
  readonly epoch: string;
  readonly log: MessageLog;
  readonly presence: PresenceLookup;
  readonly settings: HistorySettings;
  readonly statistics: HistoryStatistics;
}

/** Writes the messages of a log into one epoch, in order, one pipeline after the other. */
export class EpochWriter {
  readonly #options: EpochWriterOptions;
  readonly #timeToLive: number;
  #cursor: Cursor;

  constructor(options: EpochWriterOptions, cursor: Cursor) {
    this.#options = options;
    this.#cursor = cursor;
    this.#timeToLive = options.settings.retentionSeconds + backstopSeconds;
  }

  /** The first message that is not written yet. */
  get index(): number {
    return this.#cursor.index;
  }

  /**
   * Writes the next messages.
   *
   * @returns whether there were any
   * @throws LeaseLost, EpochDamaged, and what the client throws: then it is not known which of them were written
   */
  async writeBatch(): Promise<boolean> {
    const { client, log, presence, statistics } = this.#options;
    const messages: LoggedMessage[] = [];
    for (let index = this.#cursor.index; messages.length < batchSize; index++) {
      const message = log.at(index);
      if (message === undefined) {
        break;
      }
      messages.push(message);
    }
    if (messages.length === 0) {
      return false;
    }
    const isPresent = await presence.recordable(
      messages.map(({ channel }) => channel).filter((channel) => channel !== markerChannel),
    );
    const pipeline = client.pipeline();
    let cursor = this.#cursor;
    for (const message of messages) {
      cursor = this.#add(pipeline, message, cursor, isPresent(message.channel));
    }
    for (const [error, reply] of (await pipeline.exec()) ?? []) {
      if (error) {
        throw error;
      }
      this.#check(reply);
    }
    this.#cursor = cursor;
    statistics.recorded += messages.length;
    return true;
  }

  #add(pipeline: ChainableCommander, { channel, message }: LoggedMessage, cursor: Cursor, isPresent: boolean): Cursor {
    const { keys, epoch, settings } = this.#options;
    const hash = messageHash(cursor.marker, channel, message);
    const next = { ...cursor, index: cursor.index + 1, offset: cursor.offset + 1 };
    const guard = this.#guard(cursor);
    const [leading, state] = [keys.leader, keys.state];
    if (channel === markerChannel) {
      return this.#addMarker(pipeline, message.toString(), hash, cursor);
    }
    if (!isPresent || !isRecorded(channel)) {
      const skip = [...guard, hash, channel, skippedAtMost, this.#timeToLive];
      skipScript.add(pipeline, [leading, state, keys.skipped(epoch)], skip);
      return next;
    }
    const bounds = settings.boundsOf(channel);
    recordScript.add(
      pipeline,
      [
        ...[leading, state, keys.channels(epoch), keys.stream(epoch, channel)],
        ...[keys.index(epoch, channel), keys.skipped(epoch)],
      ],
      [
        ...guard,
        hash,
        channel,
        storeMessage(message),
        bounds.entries,
        bounds.bytes,
        settings.maxBytes,
        this.#timeToLive,
        keys.epoch(epoch),
      ],
    );
    return next;
  }

  #addMarker(pipeline: ChainableCommander, text: string, hash: string, cursor: Cursor): Cursor {
    const { keys, epoch, settings } = this.#options;
    const marker = readMarker(text);
    const isTick = marker?.kind === 'tick';
    const [channel, fence] =
      marker?.kind === 'fence' ? [keys.acknowledgements(marker.node), marker.number] : (['', 0] as const);
    markScript.add(
      pipeline,
      [
        ...[keys.leader, keys.state, marker ? keys.marker(epoch, hash) : ''],
        ...[keys.channels(epoch), keys.skipped(epoch)],
      ],
      [
        ...this.#guard(cursor),
        hash,
        isTick ? text : '',
        settings.retentionSeconds,
        channel,
        fence,
        this.#timeToLive,
        keys.epoch(epoch),
      ],
    );
    const index = cursor.index + 1;
    const last = marker ? text : cursor.marker;
    return isTick
      ? { index, tick: text, offset: 0, marker: last }
      : { index, tick: cursor.tick, offset: cursor.offset + 1, marker: last };
  }

  #guard({ tick, offset }: Cursor): ScriptArgument[] {
    return [this.#options.token, this.#options.epoch, tick, offset];
  }

  #check(reply: unknown): void {
    if (reply === 'lost') {
      throw new LeaseLost('another recorder leads');
    }
    if (reply === 'damaged') {
      throw new EpochDamaged();
    }
    if (Array.isArray(reply)) {
      this.#options.statistics.bytes = Number(reply[1]);
    }
  }
}
