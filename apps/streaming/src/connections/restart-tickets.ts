import { Injectable, Logger, Optional } from '@nestjs/common';
import type { CloseReason, Connection } from '@fedistream/delivery';
import { HistoryStatistics, TicketStore, type Ticket } from '@fedistream/history';
import { errorReason, LogThrottle } from '@fedistream/util';

/**
 * Leaves tickets for WebSocket clients that do not know of positions, when their connection is closed for a planned
 * restart. A client that completes the close handshake has read everything that was sent before it. From where that ends,
 * the server that it reconnects to continues.
 *
 * A ticket is left before the close frame is sent: some clients reconnect at once. It is withdrawn when the client does not
 * complete the handshake.
 */
@Injectable()
export class RestartTickets {
  readonly #logger = new Logger('History');
  readonly #throttle = new LogThrottle();
  readonly #left = new WeakMap<Connection, readonly Ticket[]>();

  constructor(
    @Optional() private readonly store?: TicketStore,
    @Optional() private readonly statistics?: HistoryStatistics,
  ) {}

  /** To be called before the teardown of each connection, while its subscriptions are there. */
  closing(connection: Connection, { name }: CloseReason): void {
    if (this.store === undefined || name !== 'restart') {
      return;
    }
    const { tokenId } = connection.viewer;
    const tickets = connection.untoldPositions().map((sent) => ({ tokenId, ...sent }));
    if (tickets.length > 0) {
      this.#left.set(connection, tickets);
      this.store.leave(tickets).then(
        () => {
          if (this.statistics !== undefined) {
            this.statistics.ticketsLeft += tickets.length;
          }
        },
        (error: unknown) => {
          this.#failed(error);
        },
      );
    }
  }

  /**
   * To be called when the transport of a closed connection has released its socket.
   *
   * @param confirmed whether the client has completed the close handshake
   * @returns settles when nothing is left to be done for it; never rejects
   */
  async closed(connection: Connection, confirmed: boolean): Promise<void> {
    const tickets = this.#left.get(connection);
    if (tickets !== undefined && !confirmed) {
      await this.store?.withdraw(tickets).catch((error: unknown) => {
        this.#failed(error);
      });
    }
  }

  #failed(error: unknown): void {
    this.#throttle.run((suffix) => {
      this.#logger.warn(
        `Cannot leave tickets for clients that reconnect: ${errorReason(error)}; they miss what is published meanwhile${suffix}`,
      );
    });
  }
}
