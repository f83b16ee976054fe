import type { Position } from './position.js';

/** Whose ticket it is: a subscription of a token. Equal subscriptions of one token share their tickets. */
export interface TicketHolder {
  readonly tokenId: string;
  /** The subscription as its client named it. */
  readonly label: readonly string[];
}

/** The position of a subscription whose client was told to reconnect, and does not know of positions. */
export interface Ticket extends TicketHolder {
  readonly position: Position;
}

/**
 * Tickets of clients that do not know of positions. A server leaves one for each of their subscriptions when it closes the
 * connection for a planned restart; the next equal subscription of the token takes it, on whichever server.
 *
 * Promises an implementation makes:
 * - A ticket is taken once, and within {@link ticketSeconds}.
 * - Where several equal subscriptions have left tickets, each one taken answers with the positions of all of them: which
 *   client takes which is not known, and from the earliest position on none misses anything.
 */
export abstract class TicketStore {
  /** Leaves tickets. Rejects when the store cannot be asked now. */
  abstract leave(tickets: readonly Ticket[]): Promise<void>;

  /** Takes tickets back that were left, and not taken. Rejects when the store cannot be asked now. */
  abstract withdraw(tickets: readonly Ticket[]): Promise<void>;

  /** Takes one ticket; empty when there is none. Rejects when the store cannot be asked now. */
  abstract take(holder: TicketHolder): Promise<readonly Position[]>;
}

/** How long a ticket is good for: a client reconnects within seconds, later ones load their timelines anew. */
export const ticketSeconds = 60;
