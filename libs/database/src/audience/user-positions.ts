import type { ViewerSet } from '@fedistream/domain';
import { bigintArray, positionArray, readPosition, type RowPosition } from '../connection/array-parameters.js';

/** Remembered positions. Beyond it all are forgotten, which costs each stream one slower statement. */
const maxRemembered = 500_000;

/** The viewers as parameters of the statement about a status. */
export interface ViewerParameters {
  /** `bigint[]`: the accounts whose row of `users` has a remembered position, in the order of `positions`. */
  readonly known: Buffer;
  /** `tid[]`: the positions of those rows. */
  readonly positions: Buffer;
  /** `bigint[]`: all other accounts. */
  readonly unknown: Buffer;
  readonly hasKnown: boolean;
  readonly hasUnknown: boolean;
}

/**
 * Remembers the position (`ctid`) of each viewer's row of `users`. Reading 1,000 rows by position costs PostgreSQL a third of
 * reading them through an index.
 *
 * A position is a hint. PostgreSQL moves a row with each update, and may put another row in its place. Callers MUST check
 * that the rows found are those of exactly these accounts, and otherwise read them through the index.
 */
export class UserPositions {
  readonly #byAccount = new Map<string, RowPosition>();
  readonly #parameters = new WeakMap<ViewerSet, ViewerParameters>();

  /** The parameters for a set of viewers; cached until {@link remember} or {@link forget}. */
  parametersFor(viewers: ViewerSet): ViewerParameters {
    let parameters = this.#parameters.get(viewers);
    if (!parameters) {
      parameters = this.#encode(viewers.accountIds);
      this.#parameters.set(viewers, parameters);
    }
    return parameters;
  }

  /**
   * Remembers the positions at which a statement has found rows of these viewers.
   *
   * @param found `account(page,number)`, separated by blanks
   */
  remember(viewers: ViewerSet, found: string): void {
    if (this.#byAccount.size > maxRemembered) {
      this.#byAccount.clear();
    }
    for (const entry of found.split(' ')) {
      const parenthesis = entry.indexOf('(');
      this.#byAccount.set(entry.slice(0, parenthesis), readPosition(entry.slice(parenthesis)));
    }
    this.#parameters.delete(viewers);
  }

  /** Forgets the positions of these viewers, because some of their rows have moved. */
  forget(viewers: ViewerSet): void {
    viewers.accountIds.forEach((accountId) => this.#byAccount.delete(accountId));
    this.#parameters.delete(viewers);
  }

  #encode(accountIds: readonly string[]): ViewerParameters {
    const known: (readonly [accountId: string, position: RowPosition])[] = [];
    const unknown: string[] = [];
    for (const accountId of accountIds) {
      const position = this.#byAccount.get(accountId);
      if (position === undefined) {
        unknown.push(accountId);
      } else {
        known.push([accountId, position]);
      }
    }
    known.sort(([, one], [, other]) => one - other);
    return {
      known: bigintArray(known.map(([accountId]) => accountId)),
      positions: positionArray(known.map(([, position]) => position)),
      unknown: bigintArray(unknown),
      hasKnown: known.length > 0,
      hasUnknown: unknown.length > 0,
    };
  }
}
