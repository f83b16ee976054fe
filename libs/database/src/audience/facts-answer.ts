import type { AudienceFacts, AudienceQuery } from '@fedistream/audience';
import type { ViewerSet } from '@fedistream/domain';
import type { FactRow } from './facts-statement.js';
import type { RelationKind } from './relation.js';

type ChosenLanguages = readonly [accountId: string, languages: readonly string[]];

/** The facts about several statuses and one set of viewers, from one statement or two. */
export class FactsAnswer {
  /** Accounts whose blockers were read only up to the limit. */
  readonly truncated: { readonly kind: RelationKind; readonly subject: string }[] = [];
  /** Whether a row of `users` was not at its remembered position. */
  usersMoved = false;
  /** The positions of the rows of `users` that the index found; see `UserPositions`. */
  readonly positions: string[] = [];

  readonly #viewers: Pick<ViewerSet, 'has'>;
  /** Viewers by the relation that hides a status from them: `block 5`, `domain example.org`. */
  readonly #hiddenFrom = new Map<string, string[]>();
  readonly #languages: ChosenLanguages[] = [];
  readonly #feedAccess = new Map<string, string>();
  #mayViewClosedFeeds: ReadonlySet<string> | undefined;

  constructor(viewers: Pick<ViewerSet, 'has'>) {
    this.#viewers = viewers;
  }

  /** Whether a setting may close its feed. The audience rules parse the settings; this is an estimate for the second statement. */
  get feedsMayBeClosed(): boolean {
    return [...this.#feedAccess.values()].some((value) => !/\b(?:public|authenticated)\b/.test(value));
  }

  /** Adds the rows of a statement. */
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
            this.truncated.push({ kind, subject });
          }
        }
      }
    }
  }

  /** The facts about one of the statuses. */
  about({ viewers, authorIds, accountIds, domains, language }: AudienceQuery): AudienceFacts {
    const hiddenFrom = new Set<string>();
    const add = (key: string) => {
      this.#hiddenFrom.get(key)?.forEach((account) => {
        // The statement may include viewers of other channels.
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

  /** A row with a flag comes from remembered positions, one without from the index. */
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
