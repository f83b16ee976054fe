import type { Socket } from 'node:net';
import {
  messageOf,
  webSocketFraming,
  writeInOneCall,
  type Beating,
  type CloseReason,
  type Heartbeat,
  type Seat,
  type Transport,
} from '@fedistream/delivery';
import { WebSocket } from 'ws';
import { rawSocketOf } from './raw-socket.js';

/** After this time a client that does not answer the close frame is cut off. */
const lingerMs = 5_000;

/** A WebSocket as the connection sees it. Data frames go to the socket below; pings and closing go through `ws`. */
export class WebSocketTransport implements Transport, Beating {
  readonly framing = webSocketFraming;
  readonly #webSocket: WebSocket;
  readonly #socket: Socket | undefined;
  readonly #onDead: () => void;
  readonly #seat: Seat;
  #answered = true;

  /** @param onDead called when a ping has not been answered by the next one */
  constructor(webSocket: WebSocket, heartbeat: Heartbeat, onDead: () => void) {
    this.#webSocket = webSocket;
    this.#socket = rawSocketOf(webSocket);
    this.#onDead = onDead;
    this.#seat = heartbeat.join(this);
    webSocket.on('pong', () => {
      this.#answered = true;
    });
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
      writeInOneCall(this.#socket, bytes);
    }
  }

  beat(): void {
    if (this.#answered) {
      this.#answered = false;
      this.#webSocket.ping();
    } else {
      this.#onDead();
    }
  }

  close({ name, code }: CloseReason): void {
    this.#seat.delete(this);
    if (code === undefined) {
      this.#webSocket.terminate();
      return;
    }
    this.#webSocket.close(code, name);
    setTimeout(() => {
      this.#webSocket.terminate();
    }, lingerMs).unref();
  }
}
