import { channelsOf, labelKey } from '../load/channels-of.js';
import { RedisSubscriber } from './redis-subscriber.js';
import type { Label } from '../load/labels.js';
import type { Frame } from './frames.js';
import type { Socket } from 'node:net';

interface Recipients {
  readonly label: readonly string[];
  readonly sockets: Set<Socket>;
}

/** Which sockets listen to which channel: a message becomes one frame for each label, and the same bytes for each socket. */
export class FloorFanout {
  readonly #redis: RedisSubscriber;
  readonly #prefix: string;
  readonly #channels = new Map<string, Map<string, Recipients>>();

  constructor(redisUrl: string, namespace: string, frame: Frame) {
    this.#prefix = namespace === '' ? '' : `${namespace}:`;
    this.#redis = new RedisSubscriber(redisUrl, (channel, data, from, to) => {
      const labels = this.#channels.get(channel);
      if (!labels) {
        return;
      }
      for (const { label, sockets } of labels.values()) {
        const bytes = frame(label, data, from, to);
        for (const socket of sockets) {
          socket.write(bytes);
        }
      }
    });
  }

  /** Writes to the socket what is published for this label. `accountId` takes the place of a token. */
  add(socket: Socket, label: Label, accountId: string): void {
    for (const name of channelsOf(label, accountId)) {
      // RespReader gives names as one character for each byte.
      const channel = Buffer.from(this.#prefix + name).toString('latin1');
      let labels = this.#channels.get(channel);
      if (!labels) {
        labels = new Map<string, Recipients>();
        this.#channels.set(channel, labels);
        this.#redis.subscribe(this.#prefix + name);
      }
      const key = labelKey(label);
      const recipients = labels.get(key.join('\n')) ?? { label: key, sockets: new Set() };
      labels.set(key.join('\n'), recipients);
      recipients.sockets.add(socket);
    }
  }

  /** Stops writing to the socket. */
  remove(socket: Socket, label: Label, accountId: string): void {
    const key = labelKey(label).join('\n');
    for (const name of channelsOf(label, accountId)) {
      const channel = Buffer.from(this.#prefix + name).toString('latin1');
      const labels = this.#channels.get(channel);
      const recipients = labels?.get(key);
      recipients?.sockets.delete(socket);
      if (recipients?.sockets.size === 0) {
        labels?.delete(key);
      }
      if (labels?.size === 0 && this.#channels.delete(channel)) {
        this.#redis.unsubscribe(this.#prefix + name);
      }
    }
  }
}
