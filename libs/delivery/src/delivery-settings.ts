/** The budgets of one connection. */
export class DeliverySettings {
  /**
   * Bytes that a client may leave unread before it is disconnected as too slow. A single event may be larger: it counts as
   * within the budget until the client has had time to read it.
   */
  readonly outputBudgetBytes: number = 4 * 1024 * 1024;
  /** Writes that a client may leave unread, however small they are. */
  readonly outputBudgetPieces: number = 10_000;
  /** Subscriptions that one connection may hold at a time. */
  readonly maxSubscriptions: number = 200;
  /** Labels (spellings of a parameter) under which one connection may subscribe to the same channel: each is framed apart. */
  readonly maxLabelsPerChannel: number = 5;

  constructor(settings: Partial<DeliverySettings> = {}) {
    Object.assign(this, settings);
    Object.freeze(this);
  }
}
