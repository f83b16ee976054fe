import { Injectable, Optional } from '@nestjs/common';
import { ConnectionRegistry, type Authentication } from '@fedistream/auth';
import {
  closeReasons,
  DeliverySettings,
  DeliveryStatistics,
  type ConnectionContext,
  type Transport,
} from '@fedistream/delivery';
import { ClientConnection } from './client-connection.js';
import { CloseLog } from './close-log.js';
import { ConnectionLimits, type ConnectionReservation } from './connection-limits.js';
import { ConnectionObserver } from './connection-observer.js';
import { Readiness } from './readiness.js';
import { RestartTickets } from './restart-tickets.js';

/** Opens connections and keeps the registry current: the last step of the way in, for both transports. */
@Injectable()
export class ConnectionOpener {
  readonly #context: ConnectionContext;
  /** Connections that are closed, but have not released their socket. */
  readonly #closing = new Set<Promise<void>>();

  constructor(
    private readonly limits: ConnectionLimits,
    private readonly registry: ConnectionRegistry<ClientConnection>,
    private readonly readiness: Readiness,
    private readonly log: CloseLog,
    settings: DeliverySettings,
    statistics: DeliveryStatistics,
    tickets: RestartTickets,
    @Optional() observer?: ConnectionObserver,
  ) {
    this.#context = {
      settings,
      statistics,
      closing: (connection, reason) => {
        tickets.closing(connection, reason);
      },
      closed: (connection, reason, released, unsentBytes) => {
        // Always true: all connections of this context are made below.
        if (connection instanceof ClientConnection) {
          this.registry.remove(connection);
          this.limits.remove(connection);
          this.log.record(connection, reason, unsentBytes);
          observer?.closed(connection, reason);
        }
        const ended = released.then((confirmed) => tickets.closed(connection, confirmed));
        this.#closing.add(ended);
        void ended.then(() => this.#closing.delete(ended));
      },
    };
  }

  /**
   * Opens the connection of an authenticated client. It is closed at once when its token was revoked meanwhile, or when
   * the process drains; callers need not check that, because nothing is delivered to a closed connection.
   *
   * @param place the client's, which the connection takes
   */
  open({ viewer, killSequence }: Authentication, transport: Transport, place: ConnectionReservation): ClientConnection {
    const connection = new ClientConnection(viewer, transport, this.#context);
    connection.address = place.address;
    place.take();
    if (this.readiness.draining) {
      connection.close(closeReasons.restart);
    } else {
      this.registry.add(connection, killSequence);
    }
    return connection;
  }

  /** @returns settles when every connection that is closed by now has released its socket */
  async released(): Promise<void> {
    await Promise.all(this.#closing);
  }
}
