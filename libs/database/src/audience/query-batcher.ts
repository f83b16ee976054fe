import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AudienceQuery } from '@fedistream/audience';
import type { ViewerSet } from '@fedistream/domain';
import type { FactsAnswer } from './facts-answer.js';

/** Queries of one statement: bounds its size. A burst rarely has more. */
const maxQueries = 20;
/** Accounts of one statement: bounds how long a status with many mentions delays the other statuses of its batch. */
const maxAccounts = 200;

interface Batch {
  readonly queries: AudienceQuery[];
  accounts: number;
  readonly answer: Promise<FactsAnswer>;
}

/**
 * Batches queries about the same viewers into one statement, because most of its cost is finding the viewers. A batch is
 * open for one turn of the event loop, and while it waits for a connection or for the statement before it. One statement at
 * a time is sent about the same viewers, so that slow ones leave connections to others. A statement is sent after all of its
 * queries have arrived, so each answer is as fresh as that of a statement of its own.
 */
export class QueryBatcher<S> {
  readonly #open = new WeakMap<ViewerSet, Batch>();
  readonly #last = new WeakMap<ViewerSet, Promise<unknown>>();

  /**
   * @param send sends the statement
   * @param inTurn runs a look-up in its turn, with a deadline that counts from `startMs` (`performance.now()`)
   */
  constructor(
    private readonly send: (
      statements: S,
      viewers: ViewerSet,
      queries: readonly AudienceQuery[],
    ) => Promise<FactsAnswer>,
    private readonly inTurn: <T>(work: (statements: S) => Promise<T>, startMs: number) => Promise<T>,
  ) {}

  /** Resolves with the facts for this query and the others of its batch. @throws what the statement throws, for all of them */
  load(query: AudienceQuery): Promise<FactsAnswer> {
    const { viewers, accountIds } = query;
    const open = this.#open.get(viewers);
    if (open && open.queries.length < maxQueries && open.accounts + accountIds.length <= maxAccounts) {
      open.queries.push(query);
      open.accounts += accountIds.length;
      return open.answer;
    }
    const queries = [query];
    const startMs = performance.now();
    const answer = this.#after(this.#last.get(viewers), () =>
      this.inTurn(async (statements) => {
        await nextTurn();
        this.#close(batch, viewers);
        return this.send(statements, viewers, queries);
      }, startMs),
    ).finally(() => {
      // A batch that was rejected before its turn must not take further queries.
      this.#close(batch, viewers);
    });
    const batch: Batch = { queries, accounts: accountIds.length, answer };
    this.#open.set(viewers, batch);
    this.#last.set(viewers, answer);
    return answer;
  }

  /** Runs the work after the statement before it has settled. */
  async #after<T>(before: Promise<unknown> | undefined, work: () => Promise<T>): Promise<T> {
    await before?.catch(() => undefined);
    return work();
  }

  #close(batch: Batch, viewers: ViewerSet): void {
    if (this.#open.get(viewers) === batch) {
      this.#open.delete(viewers);
    }
  }
}
