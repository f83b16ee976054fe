import { errorReason, KeyedLogThrottle, LogThrottle, Outage } from '@fedistream/util';
import { Logger } from '@nestjs/common';
import { DatabaseError } from 'pg';

/**
 * SQLSTATE classes with which a server refuses this connection: connection failure, authorisation, unknown database,
 * insufficient resources, shutdown or start. https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const unavailable = /^(08|28|3D|53|57P)/;
/** SQLSTATEs of statements that this user may not execute, and of tables that do not exist. */
const refused = /^(42501|42P01)$/;
/** How long a refusal counts, in ms. Only the same statement clears it earlier, and it may never be sent again. */
const refusalCountsMs = 60_000;
/** SQLSTATE of a table that does not exist. */
const noTable = '42P01';

/** Tracks whether the database answers, and logs outages with their causes. */
export class DatabaseState {
  readonly #logger = new Logger('Database');
  readonly #causeLog = new KeyedLogThrottle();
  readonly #recoveryLog = new LogThrottle();
  readonly #outage = new Outage();
  /** Statements that were refused and have not succeeded since, with the time (`performance.now()`). */
  readonly #refused = new Map<string, number>();
  #reachable = false;

  /** Whether the last statement was answered, and none was refused in the last minute for lack of a right or a table. */
  get up(): boolean {
    const since = performance.now() - refusalCountsMs;
    return this.#reachable && ![...this.#refused.values()].some((refusedMs) => refusedMs > since);
  }

  /** Records that the database has answered a statement. */
  succeeded(statement: string): void {
    this.#refused.delete(statement);
    this.#reachable = true;
    const seconds = this.up ? this.#outage.end() : undefined;
    if (seconds !== undefined) {
      this.#recoveryLog.run((suffix) => {
        this.#logger.log(`PostgreSQL is back after ${seconds} s${suffix}`);
      });
    }
  }

  /** Records that a statement failed, and logs the cause. */
  failed(failure: unknown, statement: string): void {
    const code = failure instanceof DatabaseError ? (failure.code ?? '') : undefined;
    if (code !== undefined && refused.test(code)) {
      this.#reachable = true;
      this.#refused.set(statement, performance.now());
      this.#outage.begin();
    } else if (code !== undefined && !unavailable.test(code)) {
      this.succeeded(statement);
    } else {
      this.#reachable = false;
      this.#outage.begin();
    }
    this.report(failure);
  }

  /** Logs a failure. PostgreSQL's messages do not repeat the parameters of a statement, so they hold no token. */
  report(failure: unknown): void {
    const reason = reasonWithAdvice(failure);
    this.#causeLog.run(reason, (suffix) => {
      this.#logger.warn(`PostgreSQL: ${reason}${suffix}`);
    });
  }
}

function reasonWithAdvice(failure: unknown): string {
  const reason = errorReason(failure);
  const code = failure instanceof DatabaseError ? failure.code : undefined;
  if (code === noTable) {
    return `${reason}: an empty database needs \`npm run migrate\` (docs/operations.md)`;
  }
  if (code === '42501') {
    return `${reason}: grant this user SELECT on the tables that the server reads`;
  }
  if (reason.includes('server_login_retry')) {
    return `${reason}: PgBouncer reconnects only after server_login_retry (15 s); set it to 1 in pgbouncer.ini`;
  }
  return reason;
}
