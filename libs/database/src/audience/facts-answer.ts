import type { AudienceFacts, AudienceQuestion } from '@fedistream/audience';
import type { Viewership } from '@fedistream/domain';
import type { FactRow } from './facts-statement.js';

type Accounts = readonly string[];
type ChosenLanguages = readonly [accountId: string, languages: readonly string[]];

/** What one statement answered about several statuses for the same viewers. */
export class FactsAnswer {
  /** Whether the users were where they were looked for; see `UserPositions`. */
  settled = false;
  /** The positions of those that had to be looked up. */
  found: string | null = null;

  readonly #viewers: Viewership;
  readonly #against = new Map<string, Accounts>();
  readonly #blockedByAuthor = new Map<string, Accounts>();
  readonly #againstDomain = new Map<string, Accounts>();
  readonly #languages: ChosenLanguages[] = [];
  readonly #feedAccess = new Map<string, string>();

  constructor(viewers: Viewership, rows: readonly FactRow[]) {
    this.#viewers = viewers;
    for (const row of rows) {
      this.#read(row);
    }
  }

  /** The part of the answer that is about one of the statuses. */
  about({ authorId, accountIds, domains, language }: AudienceQuestion): AudienceFacts {
    const apart = new Set<string>();
    const add = (accounts: Accounts | undefined) => {
      for (const account of accounts ?? []) {
        if (this.#viewers.has(account)) {
          apart.add(account);
        }
      }
    };
    add(this.#blockedByAuthor.get(authorId));
    accountIds.forEach((id) => {
      add(this.#against.get(id));
    });
    domains.forEach((domain) => {
      add(this.#againstDomain.get(domain.toLowerCase()));
    });
    const otherLanguage = new Set<string>();
    for (const [account, languages] of this.#languages) {
      if ((language === null || !languages.includes(language)) && this.#viewers.has(account)) {
        otherLanguage.add(account);
      }
    }
    return { apart, otherLanguage, feedAccess: this.#feedAccess };
  }

  #read([kind, subject, content]: FactRow): void {
    if (kind === 'users') {
      this.#readUsers(subject, content);
    } else if (subject !== null && content !== null) {
      if (kind === 'feed') {
        this.#feedAccess.set(subject, content);
      } else {
        const lists = { against: this.#against, author: this.#blockedByAuthor, domain: this.#againstDomain };
        lists[kind].set(subject, content.split(' '));
      }
    }
  }

  #readUsers(subject: string | null, content: string | null): void {
    if (subject === 'true' || subject === 'false') {
      this.settled = subject === 'true';
    } else {
      this.found = subject;
    }
    if (content !== null) {
      this.#languages.push(...(JSON.parse(content) as ChosenLanguages[]));
    }
  }
}
