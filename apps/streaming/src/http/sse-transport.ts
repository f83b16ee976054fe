import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import {
  bufferedBytes,
  bufferedPieces,
  chunkedSseFraming,
  dropOutput,
  flushOutput,
  plainSseFraming,
  resumableChunkedSseFraming,
  resumablePlainSseFraming,
  sseComment,
  sseRetry,
  uncork,
  writeAlone,
  writeCorked,
  type HeartbeatTarget,
  type CloseReason,
  type Connection,
  type Framing,
  type Heartbeat,
  type HeartbeatSlot,
  type Transport,
} from '@fedistream/delivery';
import { jitter } from '@fedistream/util';
import { followsStandard } from './event-stream-resume.js';
import type { HttpReply } from './http-request.js';

/** How long a client may take to read the end of its stream, in ms, before its socket is destroyed. */
const lingerMs = 5_000;

/** The bounds of the reconnection time: clients that are closed together reconnect at different times. Browsers wait 3 to 5 s. */
const reconnectMs = [1_000, 4_000] as const;

const headers = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'private, no-store',
  // nginx would otherwise buffer the events.
  'X-Accel-Buffering': 'no',
} as const;

const thumps = new Map(
  [chunkedSseFraming, plainSseFraming, resumableChunkedSseFraming, resumablePlainSseFraming].map((framing) => [
    framing,
    sseComment('thump', framing),
  ]),
);

/** What is special about one event stream. */
export interface SseOptions {
  /** Headers of this stream. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the client is told the position of each event. */
  readonly tellsPositions?: boolean;
}

/** Writes the head of an event stream, which is the whole answer to HEAD. @param more headers of this stream */
export function writeHead(reply: HttpReply, more: Readonly<Record<string, string>> = {}): ServerResponse {
  reply.hijack();
  // A hijacked reply drops the headers that Fastify's hooks have set, CORS among them, unless they are copied.
  for (const [name, value] of Object.entries({ ...reply.getHeaders(), ...headers, ...more })) {
    if (value !== undefined) {
      reply.raw.setHeader(name, value);
    }
  }
  return reply.raw.writeHead(200);
}

/**
 * A server-sent event stream (WHATWG HTML, section 9.2). Head and greeting go through Node's response. Events are
 * prepared bytes that go to the socket itself, at half the cost of `response.write`.
 */
export class SseTransport implements Transport, HeartbeatTarget {
  readonly framing: Framing;
  readonly #response: ServerResponse;
  readonly #socket: Socket;
  readonly #heartbeatSlot: HeartbeatSlot;
  #checkpointed: Connection | undefined;

  constructor(
    request: IncomingMessage,
    reply: HttpReply,
    heartbeat: Heartbeat,
    { headers: more, tellsPositions = false }: SseOptions = {},
  ) {
    const response = writeHead(reply, more);
    response.write(':)\n');
    this.#response = response;
    this.#socket = request.socket;
    const [inChunks, plain] = tellsPositions
      ? [resumableChunkedSseFraming, resumablePlainSseFraming]
      : [chunkedSseFraming, plainSseFraming];
    this.framing = response.chunkedEncoding ? inChunks : plain;
    this.#heartbeatSlot = heartbeat.join(this);
  }

  get bufferedBytes(): number {
    return bufferedBytes(this.#socket);
  }

  get bufferedPieces(): number {
    return bufferedPieces(this.#socket);
  }

  write(bytes: Buffer): void {
    writeCorked(this.#socket, bytes);
  }

  uncork(): void {
    uncork(this.#socket);
  }

  /** Sends the client its position with each heartbeat from now on. */
  sendCheckpointsOf(connection: Connection): void {
    this.#checkpointed = connection;
  }

  beat(): void {
    // Waiting output keeps the connection alive, too, and a client that does not read must not get more output.
    if (this.bufferedBytes === 0) {
      writeAlone(this.#socket, thumps.get(this.framing) as Buffer);
      this.#checkpointed?.sendCheckpoints(this.framing);
    }
  }

  close({ name }: CloseReason): Promise<boolean> {
    this.#heartbeatSlot.delete(this);
    if (name === 'gone' || name === 'slow') {
      dropOutput(this.#socket);
      this.#socket.destroy();
      return Promise.resolve(false);
    }
    if (name === 'restart' && followsStandard(this.#response.req)) {
      writeCorked(this.#socket, sseRetry(jitter(...reconnectMs), this.framing));
    }
    flushOutput(this.#socket); // The end of the response must come after all events.
    this.#response.end();
    const linger = setTimeout(() => this.#socket.destroy(), lingerMs).unref();
    return new Promise((resolve) => {
      // The operating system has taken everything, or the socket is closed.
      this.#response.once('close', () => {
        clearTimeout(linger);
        if (name === 'restart') {
          // A proxy would keep the connection, and choose this process again.
          this.#socket.end();
        }
        // An event stream has no handshake for its end. A client that has seen it has read everything.
        resolve(this.#response.writableFinished);
      });
    });
  }
}
