import type { Socket } from 'node:net';
import {
  closeReasons,
  flush,
  messageOf,
  webSocketFraming,
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

/** A WebSocket as a transport. Data frames go to the TCP socket itself; pings and the close frame go through `ws`. */
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
    return this.#socket?.writableLength ?? this.#webSocket.bufferedAmount;
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
    this.#webSocket.send(JSON.stringify({ error: message, status }));
  }

  flush(): void {
    if (this.#socket !== undefined) {
      flush(this.#socket);
    }
  }

  beat(): void {
    if (this.#webSocket.isAlive) {
      this.#webSocket.isAlive = false;
      this.#webSocket.ping();
    } else {
      this.#webSocket.connection?.close(closeReasons.idle);
    }
  }

  close({ name, code }: CloseReason): Promise<void> {
    this.#heartbeatSlot.delete(this);
    if (code === undefined) {
      this.#webSocket.terminate();
      return Promise.resolve();
    }
    this.#webSocket.close(code, name);
    const linger = setTimeout(() => {
      this.#webSocket.terminate();
    }, lingerMs).unref();
    return new Promise((resolve) => {
      this.#webSocket.once('close', () => {
        clearTimeout(linger);
        resolve();
      });
    });
  }
}
