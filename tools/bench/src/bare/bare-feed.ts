import { channels, normaliseHashtag, type Channel } from '@fedistream/domain';

import type { Label } from '../load/labels.js';
import type { Redis } from 'ioredis';
import type { Writable } from 'node:stream';

/** The bytes that one event is for all subscribers of one label. */
export type Encode = (label: readonly string[], event: string, payload: unknown) => Buffer;

interface Listeners {
  readonly label: readonly string[];
  readonly sockets: Set<Writable>;
}

/**
 * What every streaming server must do at least: follow the channels somebody listens to, parse a message once, make its
 * bytes once for each label and write them to each socket. No token, no rule, no bound, no statistics.
 */
export class BareFeed {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #encode: Encode;
  readonly #channels = new Map<string, Map<string, Listeners>>();

  constructor(redis: Redis, namespace: string, encode: Encode) {
    this.#redis = redis;
    this.#prefix = namespace === '' ? '' : `${namespace}:`;
    this.#encode = encode;
    redis.on('message', (channel, text) => {
      this.#publish(channel, text);
    });
  }

  /** Writes to the socket what is published for this label. `accountId` stands in for a token. */
  add(socket: Writable, label: Label, accountId: string): void {
    const parameter = label.tag ?? label.list;
    const name = parameter === undefined ? [label.stream] : [label.stream, parameter];
    for (const channel of this.#channelsOf(label, accountId)) {
      let labels = this.#channels.get(channel);
      if (!labels) {
        labels = new Map<string, Listeners>();
        this.#channels.set(channel, labels);
        void this.#redis.subscribe(channel);
      }
      const key = name.join('\n');
      const listeners = labels.get(key) ?? { label: name, sockets: new Set() };
      labels.set(key, listeners);
      listeners.sockets.add(socket);
    }
  }

  /** Forgets a socket. */
  remove(socket: Writable, label: Label, accountId: string): void {
    for (const channel of this.#channelsOf(label, accountId)) {
      const labels = this.#channels.get(channel) ?? new Map<string, Listeners>();
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

  readonly #named = (channel: Channel): string => this.#prefix + channel;

  #channelsOf({ stream, tag, list }: Label, accountId: string): string[] {
    switch (stream) {
      case 'user':
        return [channels.home(accountId), channels.notifications(accountId)].map(this.#named);
      case 'hashtag':
        return [channels.hashtag(normaliseHashtag(tag ?? ''))].map(this.#named);
      case 'list':
        return [channels.list(list ?? '')].map(this.#named);
      default:
        return [channels.public()].map(this.#named);
    }
  }
}
