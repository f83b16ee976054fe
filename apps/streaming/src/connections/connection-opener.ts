import { Injectable, Logger } from '@nestjs/common';
import { KeyedLogThrottle } from '@fedistream/util';
import { ConnectionRegistry, type Authentication } from '@fedistream/auth';
import {
  closeReasons,
  DeliverySettings,
  DeliveryStatistics,
  type CloseReason,
  type Connection,
  type ConnectionContext,
  type Transport,
} from '@fedistream/delivery';
import { ClientConnection } from './client-connection.js';
import { ConnectionLimits } from './connection-limits.js';
import { Readiness } from './readiness.js';

/** The reasons that the log tells, with what the client did. */
const misbehaviour: Readonly<Partial<Record<CloseReason['name'], string>>> = {
  slow: 'it does not read its events, and more than OUTPUT_BUDGET_KIB wait',
  flooding: 'it sent far more than MAX_MESSAGES_PER_SECOND',
};

/** Opens connections and keeps the registry current: the last step of the way in, for both transports. */
@Injectable()
export class ConnectionOpener {
  readonly #context: ConnectionContext;
  readonly #logger = new Logger(ConnectionOpener.name);
  readonly #throttle = new KeyedLogThrottle();
  /** Connections that are closed, but have not released their socket. */
  readonly #closing = new Set<Promise<void>>();

  constructor(
    private readonly limits: ConnectionLimits,
    private readonly registry: ConnectionRegistry<ClientConnection>,
    private readonly readiness: Readiness,
    settings: DeliverySettings,
    statistics: DeliveryStatistics,
  ) {
    this.#context = {
      settings,
      statistics,
      closed: (connection, reason, released) => {
        // Always true: all connections of this context are made below.
        if (connection instanceof ClientConnection) {
          this.registry.remove(connection);
          this.limits.remove(connection);
        }
        this.#logClose(connection, reason);
        this.#closing.add(released);
        void released.then(() => this.#closing.delete(released));
      },
    };
  }

  /**
   * Opens the connection of an authenticated client. It is closed at once when its token was revoked meanwhile, or when
   * the process drains; callers need not check that, because nothing is delivered to a closed connection.
   *
   * @param address the client's IP address
   */
  open({ viewer, killSequence }: Authentication, transport: Transport, address: string): ClientConnection {
    const connection = new ClientConnection(viewer, transport, this.#context);
    connection.address = address;
    this.limits.add(connection);
    if (this.readiness.draining) {
      connection.close(closeReasons.restart);
    } else {
      this.registry.add(connection, killSequence);
    }
    return connection;
  }

  /** Logs clients that were disconnected for their behaviour, rate-limited by reason. */
  #logClose({ viewer: { accountId, tokenId } }: Connection, { name }: CloseReason): void {
    const what = misbehaviour[name];
    if (what !== undefined) {
      this.#throttle.run(name, (suffix) => {
        this.#logger.warn({ msg: `Client disconnected: ${what}${suffix}`, reason: name, accountId, tokenId });
      });
    }
  }

  /** @returns settles when every connection that is closed by now has released its socket */
  async released(): Promise<void> {
    await Promise.all(this.#closing);
  }
}
