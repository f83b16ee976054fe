import { Injectable } from '@nestjs/common';
import type { CloseReason, Connection } from '@fedistream/delivery';
import { TurnQueue } from '@fedistream/util';

/** Closing a connection takes up to 0.4 ms: so many hold the event loop for some 40 ms. */
const closedPerTurn = 100;

/** Closes any number of connections in slices, so that other clients are served meanwhile. */
@Injectable()
export class ConnectionCloser {
  readonly #queue = new TurnQueue<{ connection: Connection; reason: CloseReason }>(
    closedPerTurn,
    ({ connection, reason }) => {
      connection.close(reason);
    },
  );

  /** Delivers nothing more to any of these connections, and closes them in this turn of the event loop and the next ones. */
  closeSilently(connections: readonly Connection[], reason: CloseReason): void {
    for (const connection of connections) {
      connection.silence();
    }
    this.close(connections, reason);
  }

  /** Settles when all of them are closed. */
  idle(): Promise<void> {
    return this.#queue.idle();
  }

  /** Closes these connections in this turn of the event loop and the next ones. Until then they receive events. */
  close(connections: readonly Connection[], reason: CloseReason): void {
    this.#queue.add(connections.map((connection) => ({ connection, reason })));
  }
}
