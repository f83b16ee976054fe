import type { ViewerSet } from '@fedistream/domain';

/** The accounts behind subscriptions and backlogs, each once. */
export class FanoutViewers implements ViewerSet {
  readonly accountIds: readonly string[];
  readonly #accounts: ReadonlySet<string>;

  constructor(accountIds: Iterable<string>) {
    this.#accounts = new Set(accountIds);
    this.accountIds = [...this.#accounts];
  }

  has(accountId: string): boolean {
    return this.#accounts.has(accountId);
  }
}
