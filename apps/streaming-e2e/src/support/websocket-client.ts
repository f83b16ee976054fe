import { once } from 'node:events';
import { WebSocket, type ClientOptions } from 'ws';

import { AsyncQueue } from './async-queue.js';
import { Refusal, StreamClient } from './stream-client.js';

/** An error frame of the server. */
export interface ErrorFrame {
  readonly error: string;
  readonly status?: number;
}

/** A client of one WebSocket; it may hold several subscriptions. */
export class WebSocketClient extends StreamClient {
  readonly #errors = new AsyncQueue<ErrorFrame>();
  /** Every frame as it came. */
  readonly frames: string[] = [];
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    super();
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      this.#read(data.toString('utf8'));
    });
    socket.on('error', () => {
      // 'close' follows.
    });
    socket.once('close', (code, reason) => {
      this.#errors.end('the WebSocket was closed');
      this.end({ code, reason: reason.toString('utf8') });
    });
  }

  /**
   * Opens the socket; settles when the handshake is done.
   *
   * @throws Refusal
   */
  static open(url: URL, options: ClientOptions & { protocols?: string[] } = {}): Promise<WebSocketClient> {
    const { protocols = [], ...rest } = options;
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, protocols, rest);
      // Made at once, not when it is open: the first frame may come with the handshake.
      const client = new WebSocketClient(socket);
      socket.once('open', () => {
        resolve(client);
      });
      socket.once('error', reject);
      socket.once('unexpected-response', (_request, response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('end', () => {
          reject(new Refusal(response.statusCode ?? 0, response.headers, Buffer.concat(chunks).toString('utf8')));
        });
      });
    });
  }

  /** The subprotocol that the server chose; empty when none. */
  get protocol(): string {
    return this.#socket.protocol;
  }

  /** Error frames so far; they are no events. */
  get errors(): readonly ErrorFrame[] {
    return this.#errors.all;
  }

  /** The next error frame. */
  nextError(): Promise<ErrorFrame> {
    return this.#errors.next();
  }

  /** Asks for a stream on this socket. */
  subscribe(stream: string, params: Readonly<Record<string, string>> = {}): void {
    this.send(JSON.stringify({ type: 'subscribe', stream, ...params }));
  }

  /** Leaves a stream. */
  unsubscribe(stream: string, params: Readonly<Record<string, string>> = {}): void {
    this.send(JSON.stringify({ type: 'unsubscribe', stream, ...params }));
  }

  /** Sends a frame as it is: text for strings, binary for bytes. */
  send(frame: string | Uint8Array): void {
    this.#socket.send(frame);
  }

  /**
   * Waits until the server has read everything that was sent before: it answers pings in order. What it does about a
   * message may take longer.
   */
  async ping(): Promise<void> {
    const pong = once(this.#socket, 'pong');
    this.#socket.ping();
    await pong;
  }

  /** Stops reading, so that the server's bytes pile up. */
  pause(): void {
    this.#socket.pause();
  }

  /** Continues after {@link pause}. */
  resume(): void {
    this.#socket.resume();
  }

  /** Breaks the connection off without a closing handshake, as a client does that loses its network. */
  terminate(): void {
    this.#socket.terminate();
  }

  override async close(): Promise<void> {
    this.#socket.close(1000);
    await this.ended;
  }

  #read(raw: string): void {
    this.frames.push(raw);
    const frame = JSON.parse(raw) as { stream?: string[]; event?: string; payload?: string } & Partial<ErrorFrame>;
    if (frame.error !== undefined) {
      this.#errors.add(frame as ErrorFrame);
    } else {
      const { stream = [], event = '', payload } = frame;
      this.receive({ stream, event, ...(payload === undefined ? {} : { payload }), raw });
    }
  }
}
