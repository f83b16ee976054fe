import { labelKey } from '@fedistream/delivery';
import type { Viewer } from '@fedistream/domain';
import type { HistoryStatistics, Position, TicketStore } from '@fedistream/history';
import type { StreamRequest } from '../modules/stream-definition.js';

/** What a server left for a client that it told to reconnect. */
export interface TicketRequest {
  /** The positions of all equal subscriptions that have left one: which of them this client had is not known. */
  readonly positions: readonly Position[];
  /** Leaves the ticket for another attempt: the client has not received what it missed. */
  readonly giveBack: () => void;
  /** To be called when a connection receives what it missed: it does not receive it again. */
  readonly takenBy: (connection: object) => void;
}

/** Takes the tickets that servers leave for WebSocket clients in a planned restart. */
export class TicketTaker {
  /** Labels for which a connection has taken a ticket. */
  readonly #taken = new WeakMap<object, Set<string>>();

  constructor(
    private readonly tickets: TicketStore,
    private readonly statistics: HistoryStatistics,
  ) {}

  /**
   * Takes the ticket that an equal subscription of this token has left, on whichever server. Settles in bounded time; never
   * rejects.
   *
   * @param connection if it is open already: it takes a ticket once for each label
   */
  async take(
    { tokenId }: Viewer,
    { definition, label }: StreamRequest,
    connection?: object,
  ): Promise<TicketRequest | undefined> {
    const key = labelKey(label);
    const isTaken = connection !== undefined && this.#taken.get(connection)?.has(key) === true;
    if (definition.declaration.select !== undefined || isTaken) {
      return undefined;
    }
    const positions = await this.tickets.take({ tokenId, label }).catch(() => []);
    if (positions.length === 0) {
      return undefined;
    }
    this.statistics.ticketsTaken += 1;
    return {
      positions,
      giveBack: () => {
        this.tickets.giveBack({ tokenId, label }).catch(() => undefined);
      },
      takenBy: (taker) => {
        this.#taken.set(taker, (this.#taken.get(taker) ?? new Set()).add(key));
      },
    };
  }
}
