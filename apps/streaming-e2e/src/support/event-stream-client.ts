import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as secureRequest } from 'node:https';

import { EventStreamParser } from './event-stream-parser.js';
import { Refusal, StreamClient } from './stream-client.js';

/** A client of one event stream, on nothing but Node's HTTP. */
export class EventStreamClient extends StreamClient {
  /** Status 200 and its headers, lower case. */
  readonly headers: IncomingMessage['headers'];
  readonly #request: ClientRequest;
  readonly #response: IncomingMessage;
  readonly #chunks: Buffer[] = [];
  readonly #parser = new EventStreamParser((event) => {
    this.receive(event);
  });

  private constructor(sent: ClientRequest, response: IncomingMessage) {
    super();
    this.#request = sent;
    this.#response = response;
    this.headers = response.headers;
    response.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#parser.push(chunk);
    });
    response.on('error', () => {
      // 'close' follows, and says whether the response was complete.
    });
    response.on('close', () => {
      this.end({ code: response.complete ? 1000 : 1006, reason: response.complete ? 'end of response' : 'truncated' });
    });
  }

  /**
   * Opens the stream; settles when its headers are here.
   *
   * @param ca the authority of a server with `https:`, in PEM
   * @throws Refusal
   */
  static open(url: URL, headers: Readonly<Record<string, string>> = {}, ca?: string): Promise<EventStreamClient> {
    return new Promise((resolve, reject) => {
      const options = { headers: { Accept: 'text/event-stream', ...headers }, agent: false };
      const sent = url.protocol === 'https:' ? secureRequest(url, { ...options, ca }) : request(url, options);
      sent.once('error', reject);
      sent.once('response', (response) => {
        if (response.statusCode === 200) {
          sent.on('error', () => {
            // An end while the stream was open; the response reports it.
          });
          resolve(new EventStreamClient(sent, response));
          return;
        }
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('end', () => {
          reject(new Refusal(response.statusCode ?? 0, response.headers, Buffer.concat(chunks).toString('utf8')));
        });
      });
      sent.end();
    });
  }

  /** The body so far, chunk framing removed. */
  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  /** The comment lines so far, without their colon: `)`, `thump`. */
  get comments(): readonly string[] {
    return this.#parser.comments;
  }

  /** Stops reading, so that the server's bytes pile up. */
  pause(): void {
    this.#response.socket.pause();
  }

  /** Continues after {@link pause}. */
  resume(): void {
    this.#response.socket.resume();
  }

  override async close(): Promise<void> {
    this.#request.destroy();
    await this.ended;
  }
}
