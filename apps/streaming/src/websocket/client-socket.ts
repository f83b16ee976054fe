import type { WsMessageHandler } from '@nestjs/common';
import { closeReasons, type Connection } from '@fedistream/delivery';
import { WebSocket, type RawData } from 'ws';
import type { ClientInput, ClientInputs } from '../connections/client-input.js';
import { readClientMessage } from './client-message.js';
import { shortcutPongs } from './pong-shortcut.js';

/**
 * A WebSocket with its connection, its message handlers, and whether its client answered the last ping. They are members,
 * because a map from sockets to connections would cost memory for each client. Error frames count
 * against the connection's output budget.
 */
export class ClientSocket extends WebSocket {
  /** Whether the client answered the last ping. */
  isAlive = true;
  /** Whether the client has asked for the positions of all its subscriptions. */
  wantsPositions = false;
  /** Set by {@link bind}. */
  connection?: Connection;

  /** Calls {@link handleMessages}, before the first message is handled. */
  bindHandlers?: (client: ClientSocket) => void;

  #handlers?: readonly WsMessageHandler[];
  #inputs?: Pick<ClientInputs, 'open'>;
  /** Created by the client's first frame: most clients send only pongs. */
  #input?: ClientInput;
  #pongWaits = false;
  #unansweredPing: { readonly data: unknown } | undefined;

  /** Dispatches the client's messages to these handlers, by type. */
  handleMessages(handlers: readonly WsMessageHandler[]): void {
    this.#handlers = handlers;
  }

  /** Calls the handler of one text message. */
  dispatch(text: string): void {
    const message = readClientMessage(text);
    if (this.#handlers === undefined) {
      this.bindHandlers?.(this);
    }
    // Handlers return nothing, and the gateway's filter answers their errors.
    void this.#handlers?.find((handler) => handler.message === message?.type)?.callback(message);
  }

  /** Binds the socket to its connection, right after the handshake: the connection ends with the socket. */
  bind(connection: Connection, inputs: Pick<ClientInputs, 'open'>): void {
    this.connection = connection;
    this.#inputs = inputs;
    shortcutPongs(this);
    this.on('message', onMessage);
    this.on('ping', onPing);
    this.on('pong', onPong);
    this.on('close', onClose);
  }

  /**
   * Called by `ws` for every ping of the client. At most one pong waits in the output: a client that does not read could
   * otherwise make the server queue any number of them. Afterwards the latest ping is answered (RFC 6455, section 5.5.3).
   */
  override pong(data?: unknown, mask?: boolean): void {
    if (this.#pongWaits) {
      this.#unansweredPing = { data };
    } else if (this.connection?.open === true) {
      this.#pongWaits = true;
      super.pong(data, mask, () => {
        this.#pongWaits = false;
        const ping = this.#unansweredPing;
        this.#unansweredPing = undefined;
        if (ping !== undefined) {
          this.pong(ping.data, mask);
        }
      });
    }
  }

  /**
   * Takes a frame from the input budgets. A client beyond them is read slower; one far beyond its own is closed.
   *
   * @returns whether the frame may be handled
   */
  spend(): boolean {
    if (this.#inputs !== undefined && this.connection?.open === true) {
      this.#input ??= this.#inputs.open(this.connection.viewer.accountId);
      const pauseMs = this.#input.spend();
      if (pauseMs === Infinity) {
        this.connection.close(closeReasons.flooding);
      } else if (pauseMs > 0) {
        this.#pauseFor(pauseMs);
      }
    }
    return this.connection?.open === true;
  }

  /** Called when the socket is closed. */
  release(): void {
    this.connection?.close(closeReasons.gone);
    this.#input?.release();
  }

  #pauseFor(milliseconds: number): void {
    if (!this.isPaused) {
      this.pause();
      setTimeout(() => {
        this.resume();
      }, milliseconds).unref();
    }
  }
}

// Shared by all sockets: a closure for each would cost 100 bytes per client.

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  if (!(this instanceof ClientSocket) || !this.spend()) {
    return;
  }
  if (isBinary) {
    this.connection?.close(closeReasons.binary);
  } else {
    // A Buffer, because `ws` is not configured otherwise.
    this.dispatch((data as Buffer).toString());
  }
}

/** Pings count; {@link ClientSocket.pong} answers them. */
function onPing(this: WebSocket): void {
  if (this instanceof ClientSocket) {
    this.spend();
  }
}

/** A pong that answers a ping is free; others count (RFC 6455, section 5.5.3 allows unsolicited ones). */
function onPong(this: WebSocket): void {
  if (this instanceof ClientSocket && (!this.isAlive || this.spend())) {
    this.isAlive = true;
  }
}

function onClose(this: WebSocket): void {
  if (this instanceof ClientSocket) {
    this.release();
  }
}
