import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { ConnectionRegistry } from '@fedistream/auth';
import { closeReasons, type Connection } from '@fedistream/delivery';
import { ConnectionOpener } from './connection-opener.js';
import { Heartbeats } from './heartbeats.js';
import { Readiness } from './readiness.js';

/** Closes every connection before the servers stop, and tells its client to reconnect later. */
@Injectable()
export class ConnectionDrain implements BeforeApplicationShutdown {
  constructor(
    private readonly heartbeats: Heartbeats,
    private readonly opener: ConnectionOpener,
    private readonly readiness: Readiness,
    private readonly registry: ConnectionRegistry<Connection>,
  ) {}

  /**
   * Called by Nest.
   *
   * @returns settles when each client has read everything that was sent to it, or its transport has given it up
   */
  async beforeApplicationShutdown(): Promise<void> {
    this.readiness.startDraining();
    for (const connection of this.registry.all()) {
      connection.close(closeReasons.restart);
    }
    this.heartbeats.stop();
    await this.opener.released();
  }
}
