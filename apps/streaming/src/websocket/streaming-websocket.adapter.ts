import type { INestApplication, WebSocketAdapter } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import type { WsMessageHandler } from '@nestjs/common';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { StreamingError } from '@fedistream/domain';
import type { WebSocket, WebSocketServer } from 'ws';
import type { ClientSocket } from './client-socket.js';
import { StreamingGateway } from './streaming.gateway.js';
import { UpgradeHandler, type AcceptedUpgrade } from './upgrade-handler.js';

const httpServerPort = 0;

/**
 * Nest's adapter for `ws` with two parts replaced. Upgrades are authenticated before they are accepted, and refused with
 * an HTTP answer. Messages are dispatched directly, because Nest's two RxJS pipelines cost 7 KB for each connection and
 * 30 µs for each message.
 */
export class StreamingWebSocketAdapter extends WsAdapter implements WebSocketAdapter {
  readonly #gateway: StreamingGateway;
  readonly #upgrade: UpgradeHandler;

  constructor(app: INestApplication) {
    super(app);
    this.#gateway = app.get(StreamingGateway);
    this.#upgrade = app.get(UpgradeHandler);
  }

  override create(port: number, options?: Parameters<WsAdapter['create']>[1]): WebSocketServer {
    const server = super.create(port, options) as WebSocketServer;
    server.on('headers', (headers, request) => {
      headers.push('Access-Control-Allow-Origin: *', `X-Request-Id: ${String(request.headers['x-request-id'])}`);
    });
    // An invalid handshake (RFC 6455, section 4.2.1); the message of `ws` says why.
    server.on('wsClientError', ({ message }, socket, request) => {
      this.#upgrade.refuse(request, socket, new StreamingError('badRequest', message));
    });
    return server;
  }

  /**
   * Opens connections directly. Nest hears of a client with its first message, and binds the handlers for it then: most
   * clients send none, and their handlers would take 200 bytes each.
   */
  override bindClientConnect(server: WebSocketServer, callback: (client: ClientSocket) => void): void {
    server.on('connection', (client: ClientSocket, _request: IncomingMessage, accepted: AcceptedUpgrade) => {
      client.bindHandlers = callback;
      this.#gateway.open(client, accepted);
    });
  }

  /** `ws` closes the socket after an invalid frame. That is the client's error, so it is not logged. */
  override bindErrorHandler(server: WebSocketServer): WebSocketServer {
    server.on('connection', (client: WebSocket) => client.on('error', ignore));
    return server;
  }

  override bindMessageHandlers(client: ClientSocket, handlers: WsMessageHandler[]): void {
    client.handleMessages(handlers);
  }

  /** Nothing to do: `ClientSocket` listens to the socket's end itself, and one listener less saves memory. */
  override bindClientDisconnect(): void {
    // See above.
  }

  protected override ensureHttpServerExists(port: number, httpServer?: Server): Server | undefined {
    if (httpServer === undefined || this.httpServersRegistry.has(port)) {
      return httpServer;
    }
    this.httpServersRegistry.set(port, httpServer);
    httpServer.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      void this.#accept(request, socket, head);
    });
    return httpServer;
  }

  async #accept(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const accepted = await this.#upgrade.accept(request, socket);
    if (accepted === undefined) {
      return;
    }
    const server = this.#server;
    let opened = false as boolean;
    server.handleUpgrade(request, socket, head, (webSocket) => {
      opened = true;
      server.emit('connection', webSocket, request, accepted);
    });
    if (!opened) {
      // `ws` refused an invalid handshake.
      accepted.place.release();
      accepted.admission?.release();
    }
  }

  get #server(): WebSocketServer {
    return this.wsServersRegistry.get(httpServerPort)?.[0] as WebSocketServer;
  }
}

function ignore(): void {
  // An error event without a listener would end the process.
}
