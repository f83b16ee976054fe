import {
  HistorySettings,
  HistoryStatistics,
  markerChannel,
  scopedPosition,
  scopeOf,
  type HistoryAnswer,
} from '@fedistream/history';
import { TrackedHistory, type ReceivedMessage } from '@fedistream/history/testing';
import { Redis } from 'ioredis';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { vi } from 'vitest';
import { RedisHistoryStore } from '../history/redis-history-store.js';
import { Recorder } from '../history/recorder.js';
import { RedisConnections } from '../redis-connections.js';
import { StallingProxy } from './stalling-proxy.js';

/** Faster than a server's, and slow enough for a busy machine. */
const timing = { leaseMs: 1_500, beatMs: 50, tickMs: 200, unheardMs: 3_000, catchUpMs: 300 };
const patient = { timeout: 60_000, interval: 5 };

/** A recorder whose connections a test may stall or cut. */
export interface TrialRecorder {
  readonly recorder: Recorder;
  readonly proxy: StallingProxy;
}

/** What a resume gave, and what it had to give. */
export interface TrialResume {
  /** `undefined` when no recorder acknowledged the fence. */
  readonly answer: HistoryAnswer | { readonly gap: 'noFence' };
  /** What the node had received after the position and before the fence. */
  readonly missed: readonly string[];
}

/**
 * One node, several recorders and a platform, over a real Redis. The node receives everything, so what it has received is
 * the oracle: a client that was away has to be given exactly that, or be told that it cannot be.
 */
export class HistoryTrial {
  readonly statistics = new HistoryStatistics();
  readonly settings: HistorySettings;
  readonly recorders: TrialRecorder[] = [];
  /** Recorders that a test has ended itself. */
  readonly ended: TrialRecorder[] = [];
  readonly publisher: Redis;
  readonly prefix = `trial-${randomBytes(6).toString('hex')}:`;
  readonly node: TrackedHistory;
  readonly channels: readonly string[];
  readonly #url: string;
  readonly #store: RedisHistoryStore;
  readonly #subscriber: Redis;
  #arrivals = 0;

  private constructor(url: string, channels: readonly string[], settings: Partial<HistorySettings>) {
    this.#url = url;
    this.settings = new HistorySettings({ fenceTimeoutMs: 5_000, ...settings });
    this.#store = new RedisHistoryStore({ ...this.#redis(url), settings: this.settings });
    this.node = new TrackedHistory(this.#store, this.settings);
    this.publisher = new Redis(url);
    this.#subscriber = new Redis(url);
    this.channels = channels;
  }

  /** Begins with no recorder. */
  static async begin(
    url: string,
    channels: readonly string[],
    settings: Partial<HistorySettings> = {},
  ): Promise<HistoryTrial> {
    const trial = new HistoryTrial(url, channels, settings);
    for (const client of [trial.publisher, trial.#subscriber]) {
      client.on('error', () => undefined);
    }
    trial.#store.start();
    trial.#subscriber.on('messageBuffer', (channel: Buffer, message: Buffer) => {
      trial.node.receive(channel.toString().slice(trial.prefix.length), message);
    });
    await trial.#subscriber.subscribe(...[...channels, markerChannel].map((channel) => trial.prefix + channel));
    await trial.publisher.mset(channels.flatMap((channel) => [`${trial.prefix}subscribed:${channel}`, '1']));
    return trial;
  }

  /** Starts a recorder, which waits if another one leads. */
  async recorder(): Promise<TrialRecorder> {
    const proxy = await StallingProxy.to(this.#url);
    const { settings, statistics } = this;
    const recorder = new Recorder({
      ...this.#redis(`redis://127.0.0.1:${proxy.port}`),
      settings,
      statistics,
      timing,
    });
    recorder.start();
    const started = { recorder, proxy };
    this.recorders.push(started);
    return started;
  }

  /** Settles when one of the recorders leads, and the node knows its epoch. */
  async led(): Promise<void> {
    await vi.waitUntil(() => this.recorders.some(({ recorder }) => recorder.leading), patient);
    await this.fenced();
  }

  /** Settles when a recorder acknowledges fences. */
  async fenced(): Promise<void> {
    await vi.waitUntil(async () => (await this.node.tracker.fence().acknowledged) !== undefined, patient);
  }

  /** Settles when two recorders receive every message: one that leads, and one that stands by. */
  async standingBy(): Promise<void> {
    const pattern = `${this.prefix}${markerChannel}`;
    await vi.waitUntil(async () => {
      // This node, and the two recorders.
      const [, listeners] = await this.publisher.pubsub('NUMSUB', pattern);
      return Number(listeners) === 3;
    }, patient);
  }

  /** Settles when one recorder leads and another has stood by for some ticks. */
  async calm(): Promise<void> {
    await vi.waitUntil(async () => (await this.publisher.get(`${this.prefix}history:standby`)) !== null, patient);
    await sleep(timing.tickMs * 2);
    await this.fenced();
  }

  /** The recorder that leads now. */
  get leader(): TrialRecorder {
    const leader = this.recorders.find(({ recorder }) => recorder.leading);
    if (leader === undefined) {
      throw new Error('no recorder leads');
    }
    return leader;
  }

  /** Publishes; settles when the node has received all of it. Answers with the position of the last message. */
  async publish(channel: string, ...texts: readonly string[]): Promise<string> {
    const arrival = `arrival ${++this.#arrivals}`;
    const pipeline = this.publisher.pipeline();
    for (const text of texts) {
      pipeline.publish(this.prefix + channel, text);
    }
    pipeline.publish(this.prefix + markerChannel, arrival);
    await pipeline.exec();
    await vi.waitUntil(() => this.node.received.some(({ text }) => text === arrival), patient);
    return this.node.received.findLast((message) => message.channel === channel)?.position ?? '';
  }

  /** The position of a client of these channels that has received nothing but the last marker. */
  markerPosition(channels = this.channels): string {
    return scopedPosition(this.node.tracker.marker?.position ?? '', scopeOf(channels));
  }

  /**
   * What a client is given that has this position as its last one.
   *
   * @param seen the message that the client has received last; by default the last one with this position. Equal messages
   *   may follow it that the client has not received.
   */
  async resume(position: string, channels = this.channels, seen?: ReceivedMessage): Promise<TrialResume> {
    const { received } = this.node;
    const at = seen ? received.indexOf(seen) : received.findLastIndex((message) => message.position === position);
    const { answer, order } = await this.node.resume(channels, position);
    const missed = received
      .slice(at + 1)
      .filter((message) => channels.includes(message.channel) && message.order <= order)
      .map(({ text }) => text);
    return { answer, missed };
  }

  /** Ends everything. */
  async end(): Promise<void> {
    for (const { recorder, proxy } of [...this.recorders, ...this.ended]) {
      recorder.kill();
      proxy.close();
    }
    this.node.tracker.close();
    this.#store.close();
    const keys = await this.publisher.keys(`${this.prefix}*`).catch(() => []);
    if (keys.length > 0) {
      await this.publisher.unlink(...keys).catch(() => undefined);
    }
    this.publisher.disconnect();
    this.#subscriber.disconnect();
  }

  #redis(url: string) {
    const connections = new RedisConnections({ url });
    return { platform: connections, history: connections, prefix: this.prefix };
  }
}

/** What a resume gave: texts, or the reason of the gap. */
export function given({ answer }: TrialResume): readonly string[] | string {
  return 'gap' in answer ? answer.gap : answer.entries.map(({ message }) => message.toString());
}
