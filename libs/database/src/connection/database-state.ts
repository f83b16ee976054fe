import { errorReason, firstCause, KeyedLogThrottle, LogThrottle, Outage } from '@fedistream/util';
import { Logger } from '@nestjs/common';
import { DatabaseError } from 'pg';

/**
 * SQLSTATEs with which a server says that it takes no statements, or none from us: connection, authorisation, no such
 * database, no room, shutting down or starting. https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const turnedAway = /^(08|28|3D|53|57P)/;

/** SQLSTATE of a table that does not exist. */
const noTable = '42P01';

/** Whether the database answers, as the last attempt has shown; and what goes wrong with it, in the log. */
export class DatabaseState {
  readonly #logger = new Logger('Database');
  /** By message. */
  readonly #causes = new KeyedLogThrottle();
  readonly #back = new LogThrottle();
  #up = false;
  readonly #outage = new Outage();

  /** Whether the last attempt to ask was answered, be it with an error about the statement. False before the first one. */
  get up(): boolean {
    return this.#up;
  }

  /** The database has answered. */
  succeeded(): void {
    this.#up = true;
    const seconds = this.#outage.end();
    if (seconds !== undefined) {
      this.#back.run((suffix) => {
        this.#logger.log(`PostgreSQL is back after ${seconds} s${suffix}`);
      });
    }
  }

  /** An attempt to ask has failed. */
  failed(failure: unknown): void {
    if (failure instanceof DatabaseError && !turnedAway.test(failure.code ?? '')) {
      this.succeeded();
    } else {
      this.#up = false;
      this.#outage.begin();
    }
    this.complain(failure);
  }

  /** Something has gone wrong. PostgreSQL's messages do not repeat the parameters of a statement, so no token is in them. */
  complain(failure: unknown): void {
    const reason = reasonOf(failure);
    this.#causes.run(reason, (suffix) => {
      this.#logger.warn(`PostgreSQL: ${reason}${suffix}`);
    });
  }
}

function reasonOf(failure: unknown): string {
  const first = firstCause(failure);
  if (first instanceof DatabaseError && first.code === noTable) {
    return `${first.message}: an empty database needs \`npm run migrate\` (docs/operations.md)`;
  }
  return errorReason(first);
}
