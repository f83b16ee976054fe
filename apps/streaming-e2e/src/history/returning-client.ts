import { request, type ClientRequest } from 'node:http';
import { eventStreamUrl, type Server } from '../support/index.js';

/** A client of an event stream, as light as it can be: thousands of them come back together. */
export class ReturningClient {
  /** Events so far, over all its connections. */
  events = 0;
  /** When its last event came, on the clock of `performance.now()`. */
  caughtUpMs = Infinity;
  /** Whether the server said that it was given everything. */
  recovered = false;
  #position: string | undefined;
  #request: ClientRequest | undefined;
  #rest = '';

  constructor(
    private readonly server: Server,
    private readonly stream: string,
    private readonly token: string,
  ) {}

  /** Whether its connection has ended. */
  get isAway(): boolean {
    return this.#request === undefined;
  }

  /** Connects, with its last position if it has one; settles when the response begins. */
  come(): Promise<void> {
    return new Promise((resolve, reject) => {
      const url = eventStreamUrl(this.server, { stream: this.stream });
      const headers = {
        Accept: 'text/event-stream',
        Authorization: `Bearer ${this.token}`,
        ...(this.#position === undefined ? {} : { 'Last-Event-ID': this.#position }),
      };
      const sent = request(url, { headers, agent: false });
      this.#request = sent;
      sent.on('error', reject);
      sent.on('response', (response) => {
        this.recovered = response.headers['stream-resumed'] === 'true';
        response.setEncoding('utf8').on('data', (text: string) => {
          this.#read(text);
        });
        response.on('error', () => undefined); // It has left.
        response.on('close', () => {
          this.#request = undefined;
        });
        resolve();
      });
      sent.end();
    });
  }

  /** Ends its connection. */
  leave(): void {
    this.#rest = '';
    this.#request?.destroy();
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('id: ')) {
        this.#position = line.slice(4);
      } else if (line.startsWith('event: ')) {
        this.events += 1;
        this.caughtUpMs = performance.now();
      }
    }
  }
}
