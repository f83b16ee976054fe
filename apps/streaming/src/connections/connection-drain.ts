import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ConnectionRegistry } from '@fedistream/auth';
import type { Server } from 'node:http';
import type { ClientConnection } from './client-connection.js';
import { ConnectionCloser } from './connection-closer.js';
import { ConnectionOpener } from './connection-opener.js';
import { closeGradually, delay } from './gradual-close.js';
import { Heartbeats } from './heartbeats.js';
import { Readiness } from './readiness.js';

/** How long draining takes. */
export abstract class DrainSettings {
  /** How long in milliseconds clients are accepted while the process says that it is not ready. */
  abstract readonly delayMs: number;
  /** The window in milliseconds over which connections are closed. */
  abstract readonly drainMs: number;
}

/**
 * Sends the clients of this process to other servers, in an order in which no new client is lost:
 *
 * 1. The process is not ready, and still accepts clients until load balancers have noticed.
 * 2. It stops to listen: a proxy tries the next server after a refused connection. Connections that a proxy keeps for more
 *    requests end with their next answer.
 * 3. It closes every connection and tells its client to reconnect, in random order and in batches over a window, so that
 *    clients do not reconnect all at once.
 */
@Injectable()
export class ConnectionDrain implements BeforeApplicationShutdown {
  readonly #logger = new Logger(ConnectionDrain.name);
  #draining: Promise<void> | undefined;

  constructor(
    private readonly closer: ConnectionCloser,
    private readonly heartbeats: Heartbeats,
    private readonly host: HttpAdapterHost,
    private readonly opener: ConnectionOpener,
    private readonly readiness: Readiness,
    private readonly registry: ConnectionRegistry<ClientConnection>,
    private readonly settings: DrainSettings,
  ) {}

  /** Called by Nest. */
  beforeApplicationShutdown(): Promise<void> {
    return this.drain();
  }

  /**
   * Drains the process, once.
   *
   * @returns settles when each client has read everything that was sent to it, or its transport has given it up
   */
  drain(): Promise<void> {
    return (this.#draining ??= this.#drain());
  }

  async #drain(): Promise<void> {
    const { delayMs, drainMs } = this.settings;
    this.readiness.startLeaving();
    if (delayMs > 0) {
      this.#logger.log({ msg: 'not ready; new clients are still accepted', seconds: delayMs / 1_000 });
      await delay(delayMs);
    }
    const server = this.#stopListening();
    this.readiness.startDraining();
    const connections = this.registry.all();
    this.#logger.log({ msg: 'draining', connections: connections.length, seconds: drainMs / 1_000 });
    await closeGradually(this.closer, connections, drainMs);
    this.heartbeats.stop();
    await this.opener.released();
    // Not earlier: Node counts an event stream as idle once its end was written, also while its client still reads.
    server?.closeIdleConnections();
  }

  /** Open connections stay, but for those that wait for another request. */
  #stopListening(): Server | undefined {
    // There is no adapter in an application without HTTP.
    const server = (this.host.httpAdapter as HttpAdapterHost['httpAdapter'] | undefined)?.getHttpServer() as
      Server | undefined;
    if (server?.listening === true) {
      server.prependListener('request', (_, response) => response.setHeader('Connection', 'close'));
      server.close();
    }
    return server;
  }
}
