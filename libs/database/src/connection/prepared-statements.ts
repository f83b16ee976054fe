import { StatementNames } from './statement-names.js';
import { sqlStateOf } from './statements.js';

/** SQLSTATEs of a prepared statement that is missing, or exists already, because another client shares the session. */
const sharedSession = ['26000', '42P05'];
/** SQLSTATE of "cached plan must not change result type", among others. */
const featureNotSupported = '0A000';

/** Names statements as long as sessions are not shared, so that PostgreSQL parses and plans each text once a connection. */
export class PreparedStatements {
  readonly #names = new StatementNames();
  #allowed: boolean;

  /** @param allowed `false` for a server whose sessions several clients share */
  constructor(allowed: boolean) {
    this.#allowed = allowed;
  }

  /** The name of a statement; `undefined` for one that is sent without a name. */
  nameOf(text: string): string | undefined {
    return this.#allowed ? this.#names.of(text) : undefined;
  }

  /** Sends all further statements without a name. */
  forbid(): void {
    this.#allowed = false;
  }

  /** Whether a prepared statement failed because of its plan or its session. Without a name, the same text succeeds. */
  hasLostItsPlan(failure: unknown): boolean {
    const code = sqlStateOf(failure);
    if (sharedSession.includes(code)) {
      this.forbid();
      return true;
    }
    if (code === featureNotSupported) {
      this.#names.renew();
      return true;
    }
    return false;
  }
}
