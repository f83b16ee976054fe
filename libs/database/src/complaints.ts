import { Occasionally } from '@fedistream/domain';
import { Logger } from '@nestjs/common';

/** What goes wrong with the database, in the log, but not more often than anybody would read it. */
export class Complaints {
  readonly #logger = new Logger('Database');
  readonly #occasionally = new Occasionally();

  /** PostgreSQL's messages do not repeat the parameters of a statement, so no token is in them. */
  add(failure: unknown): void {
    this.#occasionally.run((suffix) => {
      this.#logger.warn(`PostgreSQL: ${reasonOf(failure)}${suffix}`);
    });
  }
}

/** Node joins the failures for all addresses of a host in one error without a text; the first one's says enough. */
function reasonOf(failure: unknown): string {
  const first: unknown = failure instanceof AggregateError ? failure.errors[0] : failure;
  return first instanceof Error ? first.message : String(first);
}
