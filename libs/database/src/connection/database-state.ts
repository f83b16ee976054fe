import { LogThrottle, KeyedLogThrottle } from '@fedistream/util';
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
  #downSince: number | undefined;

  /** Whether the last attempt to ask was answered, be it with an error about the statement. False before the first one. */
  get up(): boolean {
    return this.#up;
  }

  /** The database has answered. */
  succeeded(): void {
    this.#up = true;
    if (this.#downSince !== undefined) {
      const seconds = Math.round((performance.now() - this.#downSince) / 100) / 10;
      this.#downSince = undefined;
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
      this.#downSince ??= performance.now();
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

/** Node joins the failures for all addresses of a host in one error without a text; the first one's says enough. */
function reasonOf(failure: unknown): string {
  const first: unknown = failure instanceof AggregateError ? failure.errors[0] : failure;
  if (first instanceof DatabaseError && first.code === noTable) {
    return `${first.message}: an empty database needs \`migrate\` (README, "Operating it")`;
  }
  return first instanceof Error ? first.message : String(first);
}
