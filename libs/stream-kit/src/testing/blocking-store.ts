import { AudienceStore, type AudienceFacts, type AudienceQuery, type FilterRecord } from '@fedistream/audience';

/** Accounts, by their ids, and domains of other servers. */
export interface Blocked {
  readonly accounts?: readonly string[];
  readonly domains?: readonly string[];
}

/** A database in which every viewer has blocked these, and has no filters and no chosen languages. */
export class BlockingStore extends AudienceStore {
  readonly #accounts: ReadonlySet<string>;
  readonly #domains: ReadonlySet<string>;

  constructor({ accounts = [], domains = [] }: Blocked = {}) {
    super();
    this.#accounts = new Set(accounts);
    this.#domains = new Set(domains);
  }

  override facts({ viewers, accountIds, domains }: AudienceQuery): Promise<AudienceFacts> {
    const hidden = accountIds.some((id) => this.#accounts.has(id)) || domains.some((name) => this.#domains.has(name));
    return Promise.resolve({
      hiddenFrom: new Set(hidden ? viewers.accountIds : []),
      otherLanguage: new Set(),
      feedAccess: new Map(),
    });
  }

  override feedAccess(): Promise<ReadonlyMap<string, string>> {
    return Promise.resolve(new Map());
  }

  override mayViewClosedFeeds(): Promise<ReadonlySet<string>> {
    return Promise.resolve(new Set());
  }

  override filters(): Promise<ReadonlyMap<string, readonly FilterRecord[]>> {
    return Promise.resolve(new Map());
  }
}
