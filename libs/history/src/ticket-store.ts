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
 * Which client takes which ticket is not known: a new one of the same token may come before the one that was restarted.
 * Promises an implementation makes, so that this one misses nothing all the same:
 * - Each ticket taken answers with the positions of all equal subscriptions that have left one.
 * - When as many were taken as were left, the positions stay for those that come later, until a later restart leaves another, and
 *   for {@link ticketSeconds} at most.
 */
export abstract class TicketStore {
  /** Leaves tickets. Rejects when the store cannot be asked now. */
  abstract leave(tickets: readonly Ticket[]): Promise<void>;

  /** Takes tickets back that were left: nothing answers with their positions any more. Rejects when the store cannot be asked now. */
  abstract withdraw(tickets: readonly Ticket[]): Promise<void>;

  /** Takes one ticket; empty when there is none. Rejects when the store cannot be asked now. */
  abstract take(holder: TicketHolder): Promise<readonly Position[]>;

  /** Undoes one {@link take}. The ticket ends when it would have ended anyway. Rejects when the store cannot be asked now. */
  abstract giveBack(holder: TicketHolder): Promise<void>;
}

/** How long a ticket is good for: a client reconnects within seconds, later ones load their timelines again. */
export const ticketSeconds = 60;
