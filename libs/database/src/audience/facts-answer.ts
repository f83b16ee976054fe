import type { AudienceFacts, AudienceQuery } from '@fedistream/audience';
import type { ViewerSet } from '@fedistream/domain';
import type { FactRow } from './facts-statement.js';
import type { RelationKind } from './relation.js';

type ChosenLanguages = readonly [accountId: string, languages: readonly string[]];

/** What is known of several statuses and the same viewers, from one statement or two. */
export class FactsAnswer {
  /** Accounts that may have more blockers than were read. */
  readonly unfinished: { readonly kind: RelationKind; readonly subject: string }[] = [];
  /** Whether a row of `users` was not where it was expected. */
  usersMoved = false;
  /** Where rows of `users` were found; see `UserPositions`. */
  readonly positions: string[] = [];

  readonly #viewers: Pick<ViewerSet, 'has'>;
  /** Viewers by what hides a status from them: `block 5`, `domain example.org`. */
  readonly #hiddenFrom = new Map<string, string[]>();
  readonly #languages: ChosenLanguages[] = [];
  readonly #feedAccess = new Map<string, string>();
  #mayViewClosedFeeds: ReadonlySet<string> | undefined;

  constructor(viewers: Pick<ViewerSet, 'has'>) {
    this.#viewers = viewers;
  }

  /** Whether a setting says anything but that its feed is open; what it says exactly is not decided here. */
  get feedsMayBeClosed(): boolean {
    return [...this.#feedAccess.values()].some((value) => !/\b(?:public|authenticated)\b/.test(value));
  }

  /** Takes in what a statement has answered. */
  add(rows: readonly FactRow[]): void {
    for (const [kind, subject, content, flag] of rows) {
      if (kind === 'users') {
        this.#addUsers(subject, content, flag);
      } else if (kind === 'opens') {
        this.#mayViewClosedFeeds = new Set(content?.split(' '));
      } else if (subject !== null) {
        if (kind === 'feed') {
          this.#feedAccess.set(subject, content ?? '');
        } else {
          this.#addHidden(`${kind} ${subject}`, content);
          if (kind !== 'domain' && flag === true) {
            this.unfinished.push({ kind, subject });
          }
        }
      }
    }
  }

  /** The part that is about one of the statuses. */
  about({ viewers, authorIds, accountIds, domains, language }: AudienceQuery): AudienceFacts {
    const hiddenFrom = new Set<string>();
    const add = (key: string) => {
      this.#hiddenFrom.get(key)?.forEach((account) => {
        // The statement may have been about the viewers of other channels, too.
        if (viewers.has(account)) {
          hiddenFrom.add(account);
        }
      });
    };
    for (const authorId of authorIds) {
      add(`author ${authorId}`);
    }
    for (const accountId of accountIds) {
      add(`block ${accountId}`);
      add(`mute ${accountId}`);
    }
    domains.forEach((domain) => {
      add(`domain ${domain.toLowerCase()}`);
    });
    const otherLanguage = this.#languages.filter(
      ([accountId, chosen]) => viewers.has(accountId) && (language === null || !chosen.includes(language)),
    );
    return {
      hiddenFrom,
      otherLanguage: new Set(otherLanguage.map(([accountId]) => accountId)),
      feedAccess: this.#feedAccess,
      ...(this.#mayViewClosedFeeds === undefined ? {} : { mayViewClosedFeeds: this.#mayViewClosedFeeds }),
    };
  }

  #addHidden(key: string, content: string | null): void {
    const viewers = content?.split(' ').filter((account) => this.#viewers.has(account)) ?? [];
    if (viewers.length > 0) {
      this.#hiddenFrom.set(key, [...(this.#hiddenFrom.get(key) ?? []), ...viewers]);
    }
  }

  /** A row with a flag is about expected positions, one without about what the index has found. */
  #addUsers(positions: string | null, languages: string | null, expected: boolean | null): void {
    if (positions !== null) {
      this.positions.push(positions);
    }
    if (expected === false) {
      this.usersMoved = true;
    }
    if (languages !== null) {
      for (const chosen of JSON.parse(languages) as ChosenLanguages[]) {
        if (this.#viewers.has(chosen[0])) {
          this.#languages.push(chosen);
        }
      }
    }
  }
}
