import { Injectable } from '@nestjs/common';
import { ConnectionRegistry, type Authentication } from '@fedistream/auth';
import {
  closeReasons,
  Connection,
  DeliverySettings,
  DeliveryStatistics,
  type ConnectionContext,
  type Transport,
} from '@fedistream/delivery';
import { Readiness } from './readiness.js';

/** Opens connections and keeps the registry current: the last step of the way in, for both transports. */
@Injectable()
export class ConnectionOpener {
  readonly #context: ConnectionContext;
  /** Connections that are closed, but have not released their socket. */
  readonly #closing = new Set<Promise<void>>();

  constructor(
    private readonly registry: ConnectionRegistry<Connection>,
    private readonly readiness: Readiness,
    settings: DeliverySettings,
    statistics: DeliveryStatistics,
  ) {
    this.#context = {
      settings,
      statistics,
      closed: (connection, _reason, released) => {
        this.registry.remove(connection);
        this.#closing.add(released);
        void released.then(() => this.#closing.delete(released));
      },
    };
  }

  /**
   * Opens the connection of an authenticated client. It is closed at once when its token was revoked meanwhile, or when
   * the process drains; callers need not check that, because nothing is delivered to a closed connection.
   */
  open({ viewer, killSequence }: Authentication, transport: Transport): Connection {
    const connection = new Connection(viewer, transport, this.#context);
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
