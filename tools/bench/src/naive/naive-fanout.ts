import { channelsOf, labelKey } from '../load/channels-of.js';
import type { Label } from '../load/labels.js';
import type { Redis } from 'ioredis';
import type { Writable } from 'node:stream';

/** The bytes that one event is for all subscribers of one label. */
export type Encode = (label: readonly string[], event: string, payload: unknown) => Buffer;

interface Recipients {
  readonly label: readonly string[];
  readonly sockets: Set<Writable>;
}

/**
 * A straightforward server with the usual libraries: follows the channels that have listeners, parses a message once, makes its
 * bytes once for each label and writes them to each socket. No token, no rule, no bound, no statistics.
 */
export class NaiveFanout {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #encode: Encode;
  readonly #channels = new Map<string, Map<string, Recipients>>();

  constructor(redis: Redis, namespace: string, encode: Encode) {
    this.#redis = redis;
    this.#prefix = namespace === '' ? '' : `${namespace}:`;
    this.#encode = encode;
    redis.on('message', (channel, text) => {
      this.#publish(channel, text);
    });
  }

  /** Writes to the socket what is published for this label. `accountId` takes the place of a token. */
  add(socket: Writable, label: Label, accountId: string): void {
    const name = labelKey(label);
    for (const channel of channelsOf(label, accountId).map(this.#prefixed)) {
      let labels = this.#channels.get(channel);
      if (!labels) {
        labels = new Map<string, Recipients>();
        this.#channels.set(channel, labels);
        void this.#redis.subscribe(channel);
      }
      const key = name.join('\n');
      const recipients = labels.get(key) ?? { label: name, sockets: new Set() };
      labels.set(key, recipients);
      recipients.sockets.add(socket);
    }
  }

  /** Stops writing to the socket. */
  remove(socket: Writable, label: Label, accountId: string): void {
    for (const channel of channelsOf(label, accountId).map(this.#prefixed)) {
      const labels = this.#channels.get(channel) ?? new Map<string, Recipients>();
      for (const [key, { sockets }] of labels) {
        sockets.delete(socket);
        if (sockets.size === 0) {
          labels.delete(key);
        }
      }
      if (labels.size === 0 && this.#channels.delete(channel)) {
        void this.#redis.unsubscribe(channel);
      }
    }
  }

  #publish(channel: string, text: string): void {
    const labels = this.#channels.get(channel);
    if (!labels) {
      return;
    }
    const { event, payload } = JSON.parse(text) as { event: string; payload: unknown };
    for (const { label, sockets } of labels.values()) {
      const bytes = this.#encode(label, event, payload);
      for (const socket of sockets) {
        socket.write(bytes);
      }
    }
  }

  readonly #prefixed = (channel: string): string => this.#prefix + channel;
}
