import { Logger } from '@nestjs/common';

const everyMs = 10_000;

/** What goes wrong with the database, in the log, but not more often than anybody would read it. */
export class Complaints {
  readonly #logger = new Logger('Database');
  #loggedAt = -Infinity;

  /** PostgreSQL's messages do not repeat the parameters of a statement, so no token is in them. */
  add(failure: unknown): void {
    const now = performance.now();
    if (now - this.#loggedAt >= everyMs) {
      this.#loggedAt = now;
      this.#logger.warn(`PostgreSQL: ${describe(failure)}`);
    }
  }
}

/** Node joins the failures for all addresses of a host in one error without a text. */
function describe(failure: unknown): string {
  const [first = failure] = failure instanceof AggregateError ? (failure.errors as unknown[]) : [];
  return first instanceof Error ? first.message : String(first);
}
