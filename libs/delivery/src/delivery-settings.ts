/** The bounds of one connection. */
export class DeliverySettings {
  /** Unsent bytes a client may pile up before it is cut off as too slow. */
  readonly outputBudgetBytes: number = 4 * 1024 * 1024;
  /** Subscriptions that one connection may hold at a time. */
  readonly maxSubscriptions: number = 200;

  constructor(settings: Partial<DeliverySettings> = {}) {
    Object.assign(this, settings);
    Object.freeze(this);
  }
}
