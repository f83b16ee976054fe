import type { ViewerSet } from '@fedistream/domain';
import { bigintArray, positionArray, readPosition, type RowPosition } from '../connection/array-parameters.js';

/** More accounts than listen to one process; beyond it all is forgotten, which costs one slower statement. */
const maxRemembered = 500_000;

/** The viewers as parameters of the statement about a status. */
export interface ViewerParameters {
  /** `bigint[]`, the accounts whose row of `users` was seen before, in the order of `positions`. */
  readonly known: Buffer;
  /** `tid[]`, where those rows were. */
  readonly positions: Buffer;
  /** `bigint[]`, all other accounts. */
  readonly newcomers: Buffer;
  readonly hasKnown: boolean;
  readonly hasNewcomers: boolean;
}

/**
 * Where the rows of `users` were when they were last seen (their `ctid`). Going straight to 1,000 rows costs PostgreSQL a
 * third of what finding them through an index does.
 *
 * This is a place to look first, never an answer. PostgreSQL writes a changed row to another place, so that the old one
 * is empty, or holds another row in time. When a statement does not see the rows of just these accounts there, they are
 * looked up through the index.
 */
export class UserPositions {
  readonly #byAccount = new Map<string, RowPosition>();
  readonly #parameters = new WeakMap<ViewerSet, ViewerParameters>();

  /** Made once, until the viewers change or a row has moved. */
  parametersFor(viewers: ViewerSet): ViewerParameters {
    let parameters = this.#parameters.get(viewers);
    if (!parameters) {
      parameters = this.#encode(viewers.accountIds);
      this.#parameters.set(viewers, parameters);
    }
    return parameters;
  }

  /**
   * Where a statement has found rows of these viewers.
   *
   * @param found `account(page,number)`, separated by blanks
   */
  learn(viewers: ViewerSet, found: string): void {
    if (this.#byAccount.size > maxRemembered) {
      this.#byAccount.clear();
    }
    for (const entry of found.split(' ')) {
      const parenthesis = entry.indexOf('(');
      this.#byAccount.set(entry.slice(0, parenthesis), readPosition(entry.slice(parenthesis)));
    }
    this.#parameters.delete(viewers);
  }

  /** These viewers' rows were not where they had been. */
  forget(viewers: ViewerSet): void {
    viewers.accountIds.forEach((accountId) => this.#byAccount.delete(accountId));
    this.#parameters.delete(viewers);
  }

  #encode(accountIds: readonly string[]): ViewerParameters {
    const known: (readonly [accountId: string, position: RowPosition])[] = [];
    const newcomers: string[] = [];
    for (const accountId of accountIds) {
      const position = this.#byAccount.get(accountId);
      if (position === undefined) {
        newcomers.push(accountId);
      } else {
        known.push([accountId, position]);
      }
    }
    known.sort(([, one], [, other]) => one - other);
    return {
      known: bigintArray(known.map(([accountId]) => accountId)),
      positions: positionArray(known.map(([, position]) => position)),
      newcomers: bigintArray(newcomers),
      hasKnown: known.length > 0,
      hasNewcomers: newcomers.length > 0,
    };
  }
}
