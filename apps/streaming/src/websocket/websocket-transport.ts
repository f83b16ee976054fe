import type { Socket } from 'node:net';
import {
  bufferedBytes,
  bufferedPieces,
  closeReasons,
  dropOutput,
  flushOutput,
  messageOf,
  pingFrame,
  resumableWebSocketFraming,
  textFrame,
  uncork,
  webSocketFraming,
  writeAlone,
  writeCorked,
  type HeartbeatTarget,
  type CloseReason,
  type Heartbeat,
  type HeartbeatSlot,
  type Transport,
} from '@fedistream/delivery';
import type { StreamingError } from '@fedistream/domain';
import { WebSocket } from 'ws';
import type { ClientSocket } from './client-socket.js';
import { rawSocketOf } from './raw-socket.js';

/** How long a client may take to answer the close frame, before its socket is terminated. */
const lingerMs = 5_000;

/** What `ws` says when the client has not sent a close frame (RFC 6455, section 7.1.5). */
const closedWithoutHandshake = 1006;

/** A WebSocket as a transport. Data frames and pings go to the TCP socket itself; the close frame goes through `ws`. */
export class WebSocketTransport implements Transport, HeartbeatTarget {
  readonly framing = webSocketFraming;
  readonly #webSocket: ClientSocket;
  readonly #socket: Socket | undefined;
  readonly #heartbeatSlot: HeartbeatSlot;

  constructor(webSocket: ClientSocket, heartbeat: Heartbeat) {
    this.#webSocket = webSocket;
    this.#socket = rawSocketOf(webSocket);
    this.#heartbeatSlot = heartbeat.join(this);
  }

  get bufferedBytes(): number {
    return this.#socket === undefined ? this.#webSocket.bufferedAmount : bufferedBytes(this.#socket);
  }

  get bufferedPieces(): number {
    return this.#socket === undefined ? 0 : bufferedPieces(this.#socket);
  }

  write(bytes: Buffer): void {
    if (this.#webSocket.readyState !== WebSocket.OPEN) {
      return;
    }
    if (this.#socket === undefined) {
      this.#webSocket.send(messageOf(bytes), { binary: false });
    } else {
      writeCorked(this.#socket, bytes);
    }
  }

  withdraw({ message, status }: StreamingError): void {
    this.write(textFrame(JSON.stringify({ error: message, status })));
  }

  uncork(): void {
    if (this.#socket !== undefined) {
      uncork(this.#socket);
    }
  }

  beat(): void {
    if (this.#webSocket.isAlive) {
      this.#webSocket.isAlive = false;
      this.#ping();
      this.#webSocket.connection?.sendCheckpoints(resumableWebSocketFraming);
    } else {
      this.#webSocket.connection?.close(closeReasons.idle);
    }
  }

  close({ name, code }: CloseReason): Promise<boolean> {
    this.#heartbeatSlot.delete(this);
    if (this.#socket !== undefined) {
      // The close frame that `ws` writes must come after all events; a client that does not read gets it alone.
      (name === 'slow' ? dropOutput : flushOutput)(this.#socket);
    }
    if (code === undefined) {
      this.#webSocket.terminate();
      return Promise.resolve(false);
    }
    this.#webSocket.close(code, name);
    const linger = setTimeout(() => {
      this.#webSocket.terminate();
    }, lingerMs).unref();
    return new Promise((resolve) => {
      this.#webSocket.once('close', (received: number) => {
        clearTimeout(linger);
        resolve(received !== closedWithoutHandshake);
      });
    });
  }

  #ping(): void {
    if (this.#socket === undefined) {
      this.#webSocket.ping();
    } else if (this.#webSocket.readyState === WebSocket.OPEN) {
      writeAlone(this.#socket, pingFrame);
    }
  }
}
