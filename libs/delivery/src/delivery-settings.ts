/** The budgets of one connection. */
export class DeliverySettings {
  /**
   * Bytes that a client may leave unread before it is closed as `slow`. A single event may be larger: it does not count until
   * the client has read it.
   */
  readonly outputBudgetBytes: number = 4 * 1024 * 1024;
  /** Writes that a client may leave unread, however small they are. */
  readonly outputBudgetPieces: number = 10_000;
  /** Subscriptions that one connection may hold at a time. */
  readonly maxSubscriptions: number = 200;
  /** Labels of one connection that may receive events of the same channel: spellings of a parameter, or other parameters. */
  readonly maxLabelsPerChannel: number = 5;

  constructor(settings: Partial<DeliverySettings> = {}) {
    Object.assign(this, settings);
    Object.freeze(this);
  }
}
