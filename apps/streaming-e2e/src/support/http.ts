import { request, type IncomingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';

import { until } from './until.js';

/** An ordinary answer. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Asks and reads the whole answer; for everything that is no stream. */
export function httpRequest(
  url: URL,
  options: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly localAddress?: string;
  } = {},
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...options, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        });
      });
    });
    sent.once('error', reject);
    sent.end();
  });
}

/** A TCP connection on which a test writes what it likes and sees every byte that comes back. */
export class RawConnection {
  readonly #socket: Socket;
  readonly #chunks: Buffer[] = [];
  /** Settles when the server has closed the connection, or this side has. */
  readonly closed: Promise<void>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#chunks.push(chunk));
    socket.on('error', () => {
      // 'close' follows.
    });
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        resolve();
      });
    });
  }

  /** Connects to a port of 127.0.0.1. */
  static open(port: number): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1' });
      const connection = new RawConnection(socket);
      socket.once('error', reject);
      socket.once('connect', () => {
        resolve(connection);
      });
    });
  }

  /** Writes; text as UTF-8. */
  write(bytes: string | Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** All bytes so far. */
  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  /** Waits until the text has come, and returns all so far. */
  async read(text: string): Promise<string> {
    await until(`the server sends ${JSON.stringify(text)}`, () => this.bytes.includes(text));
    return this.bytes.toString('utf8');
  }

  /** Stops reading. */
  pause(): void {
    this.#socket.pause();
  }

  /** Closes this side in an orderly way. */
  end(): void {
    this.#socket.end();
  }

  /** Breaks off: the server sees a reset or an end without warning. */
  destroy(): void {
    this.#socket.destroy();
  }
}
