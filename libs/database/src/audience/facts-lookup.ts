import type { AudienceQuery } from '@fedistream/audience';
import type { ViewerSet } from '@fedistream/domain';
import type { Statements } from '../connection/statements.js';
import { LargeBlocklists, noSubjects } from './large-blocklists.js';
import { FactsAnswer } from './facts-answer.js';
import { factsStatement, type FactRow, type FactsRequest } from './facts-statement.js';
import { UserPositions } from './user-positions.js';
import { asText } from './as-text.js';

/** How many blockers of an account are read. Reading a blocker costs about half of looking up a viewer. */
const scanLimit = (viewers: number) => Math.min(Math.max(Math.ceil(viewers / 2), 50), 1_000);

/**
 * Looks up the facts about statuses, usually with one statement. A second one is needed when an account has many blockers,
 * or when a row of `users` has moved. Both are remembered, so the next look-up takes one statement again.
 */
export class FactsLookup {
  readonly #positions = new UserPositions();
  readonly #largeBlocklists = new LargeBlocklists();

  /** Reads the facts for all queries, after the call. @throws what the statements throw */
  async load(statements: Statements, viewers: ViewerSet, queries: readonly AudienceQuery[]): Promise<FactsAnswer> {
    const answer = new FactsAnswer(viewers);
    const limit = scanLimit(viewers.accountIds.length);
    const targets = distinct(queries.flatMap(({ accountIds }) => accountIds));
    const subjects = {
      block: targets,
      mute: targets,
      author: distinct(queries.flatMap(({ authorIds }) => authorIds)),
    };
    const first: FactsRequest = {
      viewers: this.#positions.parametersFor(viewers),
      ...this.#largeBlocklists.divide(subjects, limit),
      limit,
      domains: distinct(queries.flatMap(({ domains }) => domains.map((domain) => asText(domain.toLowerCase())))),
      languages: distinct(queries.map(({ language }) => (language === null ? null : asText(language)))),
      users: 'expected',
      feedAccess: true,
      mayViewClosedFeeds: false,
    };
    answer.add(await this.#send(statements, first));
    if (answer.usersMoved) {
      this.#positions.forget(viewers);
    }
    if (answer.usersMoved || answer.truncated.length > 0) {
      const probe = noSubjects();
      for (const { kind, subject } of answer.truncated) {
        this.#largeBlocklists.add(kind, subject, limit);
        probe[kind].push(subject);
      }
      const users = answer.usersMoved ? 'all' : 'none';
      // If a feed is closed, the caller needs these viewers next, which would take a third statement.
      const mayViewClosedFeeds = answer.feedsMayBeClosed;
      const second = { scan: noSubjects(), probe, domains: [], users, feedAccess: false, mayViewClosedFeeds } as const;
      answer.add(await this.#send(statements, { ...first, ...second }));
    }
    for (const found of answer.positions) {
      this.#positions.remember(viewers, found);
    }
    return answer;
  }

  async #send(statements: Statements, request: FactsRequest): Promise<FactRow[]> {
    const { text, values } = factsStatement(await statements.columns(), request);
    return statements.queryArrays<FactRow>(text, values);
  }
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
