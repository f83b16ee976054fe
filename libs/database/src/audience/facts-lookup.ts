import type { AudienceQuery } from '@fedistream/audience';
import type { ViewerSet } from '@fedistream/domain';
import type { Statements } from '../connection/database.js';
import { LargeBlocklists, noSubjects } from './large-blocklists.js';
import { FactsAnswer } from './facts-answer.js';
import { factsStatement, type FactRow, type FactsRequest } from './facts-statement.js';
import { UserPositions } from './user-positions.js';

/** Reading a blocker costs about half of looking up a viewer; for very few or very many viewers it hardly matters. */
const scanLimit = (viewers: number) => Math.min(Math.max(Math.ceil(viewers / 2), 50), 1_000);

/**
 * Looks up everything about statuses that is decided in the database: with one statement, made for the usual case. The
 * unusual, an account with a great many blockers or a row that has moved, takes a second one, and is remembered.
 */
export class FactsLookup {
  readonly #positions = new UserPositions();
  readonly #largeBlocklists = new LargeBlocklists();

  /** Everything is read after the call. The answer covers each of the questions. */
  async ask(statements: Statements, viewers: ViewerSet, questions: readonly AudienceQuery[]): Promise<FactsAnswer> {
    const answer = new FactsAnswer(viewers);
    const limit = scanLimit(viewers.accountIds.length);
    const targets = distinct(questions.flatMap(({ accountIds }) => accountIds));
    const subjects = {
      block: targets,
      mute: targets,
      author: distinct(questions.flatMap(({ authorIds }) => authorIds)),
    };
    const usual: FactsRequest = {
      viewers: this.#positions.parametersFor(viewers),
      ...this.#largeBlocklists.divide(subjects, limit),
      limit,
      domains: distinct(questions.flatMap(({ domains }) => domains.map((domain) => asText(domain.toLowerCase())))),
      languages: distinct(questions.map(({ language }) => (language === null ? null : asText(language)))),
      users: 'expected',
      feedAccess: true,
      mayViewClosedFeeds: false,
    };
    answer.add(await this.#send(statements, usual));
    if (answer.usersMoved) {
      this.#positions.forget(viewers);
    }
    if (answer.usersMoved || answer.unfinished.length > 0) {
      const probe = noSubjects();
      for (const { kind, subject } of answer.unfinished) {
        this.#largeBlocklists.add(kind, subject, limit);
        probe[kind].push(subject);
      }
      const users = answer.usersMoved ? 'all' : 'none';
      // If a feed is closed, the caller asks next which viewers may see it: that would be one statement more.
      const mayViewClosedFeeds = answer.feedsMayBeClosed;
      const unusual = { scan: noSubjects(), probe, domains: [], users, feedAccess: false, mayViewClosedFeeds } as const;
      answer.add(await this.#send(statements, { ...usual, ...unusual }));
    }
    for (const found of answer.positions) {
      this.#positions.learn(viewers, found);
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

/** NUL cannot be in a text of PostgreSQL's: nothing there equals what has one. */
function asText(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}
