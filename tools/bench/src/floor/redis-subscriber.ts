import { connect, type Socket } from 'node:net';

import { RespReader, type OnMessage } from './resp-reader.js';

/** A connection to Redis that subscribes and receives, without a library. */
export class RedisSubscriber {
  readonly #socket: Socket;

  /** @param url `redis://[user:password@]host[:port]` */
  constructor(url: string, onMessage: OnMessage) {
    const { hostname, port, username, password } = new URL(url);
    const reader = new RespReader(onMessage);
    this.#socket = connect({ host: hostname, port: Number(port || 6_379), noDelay: true });
    this.#socket.on('data', (chunk) => {
      reader.read(chunk);
    });
    this.#socket.on('error', (error) => {
      throw error;
    });
    if (password !== '') {
      this.#send('AUTH', ...(username === '' ? [] : [decodeURIComponent(username)]), decodeURIComponent(password));
    }
  }

  subscribe(channel: string): void {
    this.#send('SUBSCRIBE', channel);
  }

  unsubscribe(channel: string): void {
    this.#send('UNSUBSCRIBE', channel);
  }

  #send(...words: string[]): void {
    const items = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
    this.#socket.write(`*${words.length}\r\n${items.join('')}`);
  }
}
