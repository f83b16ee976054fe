import { request, type IncomingMessage } from 'node:http';

import { authorization, streamingPath, until, WebSocketClient } from '../support/index.js';

const everyMs = 50;
/** The most that are connected: the oldest one leaves for the next one. */
const mostConnected = 20;

/** Clients that connect through a proxy, one each 50 ms, of both transports in turn, and disconnect a second later. */
export class ArrivingClients {
  /** The failures of clients that were refused, or whose connection was lost before an answer. */
  readonly lost: string[] = [];
  accepted = 0;
  readonly #port: number;
  readonly #token: string;
  readonly #open: { close: () => void }[] = [];
  readonly #timer: NodeJS.Timeout;
  #started = 0;

  constructor(port: number, token: string) {
    this.#port = port;
    this.#token = token;
    this.#timer = setInterval(() => void this.#start(), everyMs);
  }

  /** Starts no further client; settles when each one was accepted or lost, and has disconnected. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await until('each new client has an answer', () => this.accepted + this.lost.length === this.#started);
    this.#open.forEach((client) => {
      client.close();
    });
  }

  async #start(): Promise<void> {
    this.#started += 1;
    const kind = this.#started % 2 === 0 ? 'WebSocket' : 'event stream';
    try {
      this.#open.push(kind === 'WebSocket' ? await this.#openWebSocket() : await this.#openEventStream());
      this.accepted += 1;
      if (this.#open.length > mostConnected) {
        this.#open.shift()?.close();
      }
    } catch (failure) {
      this.lost.push(`${kind}: ${String(failure)}`);
    }
  }

  async #openWebSocket(): Promise<{ close: () => void }> {
    const query = new URLSearchParams({ access_token: this.#token, stream: 'user' });
    const client = await WebSocketClient.open(
      new URL(`ws://127.0.0.1:${this.#port}${streamingPath}?${query.toString()}`),
    );
    return {
      close: () => {
        client.terminate();
      },
    };
  }

  async #openEventStream(): Promise<{ close: () => void }> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request({
        port: this.#port,
        path: `${streamingPath}/user`,
        headers: { ...authorization({ token: this.#token }), Accept: 'text/event-stream' },
        agent: false,
      })
        .once('response', resolve)
        .once('error', reject)
        .end();
    });
    // Its end is not of interest here, nor is an end in the middle.
    response.on('error', () => undefined).resume();
    if (response.statusCode !== 200) {
      throw new Error(`status ${String(response.statusCode)}`);
    }
    return {
      close: () => {
        response.destroy();
      },
    };
  }
}
