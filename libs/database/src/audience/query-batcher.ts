import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AudienceQuery } from '@fedistream/audience';
import type { ViewerSet } from '@fedistream/domain';
import type { FactsAnswer } from './facts-answer.js';

/** Questions of one statement: bounds its length; a burst is rarely longer. */
const maxQuestions = 20;
/** Accounts of one statement: bounds what a status with many mentions costs the statuses that it is joined with. */
const maxAccounts = 200;

interface Batch {
  readonly questions: AudienceQuery[];
  accounts: number;
  readonly answer: Promise<FactsAnswer>;
}

/**
 * Joins questions about the same viewers in one statement: most of its cost is finding the viewers. Questions are joined that
 * arrive within one turn of the event loop, or while the batch waits for a connection or for the statement before it. One
 * statement at a time is sent about the same viewers, so that slow ones leave the connections to others. A statement is
 * sent after its last question came, so that the answers are as fresh as those of a statement each.
 */
export class QueryBatcher<S> {
  readonly #open = new WeakMap<ViewerSet, Batch>();
  readonly #last = new WeakMap<ViewerSet, Promise<unknown>>();

  /**
   * @param send sends the statement
   * @param inTurn runs a look-up when its turn comes, within a deadline that counts from `askedMs`
   */
  constructor(
    private readonly send: (
      statements: S,
      viewers: ViewerSet,
      questions: readonly AudienceQuery[],
    ) => Promise<FactsAnswer>,
    private readonly inTurn: <T>(work: (statements: S) => Promise<T>, askedMs: number) => Promise<T>,
  ) {}

  /** The answer to this question and perhaps others. When the statement fails, all of them fail. */
  ask(question: AudienceQuery): Promise<FactsAnswer> {
    const { viewers, accountIds } = question;
    const open = this.#open.get(viewers);
    if (open && open.questions.length < maxQuestions && open.accounts + accountIds.length <= maxAccounts) {
      open.questions.push(question);
      open.accounts += accountIds.length;
      return open.answer;
    }
    const questions = [question];
    const askedMs = performance.now();
    const answer = this.#after(this.#last.get(viewers), () =>
      this.inTurn(async (statements) => {
        await nextTurn();
        this.#close(batch, viewers);
        return this.send(statements, viewers, questions);
      }, askedMs),
    ).finally(() => {
      // A batch whose turn never comes must not take further questions.
      this.#close(batch, viewers);
    });
    const batch: Batch = { questions, accounts: accountIds.length, answer };
    this.#open.set(viewers, batch);
    this.#last.set(viewers, answer);
    return answer;
  }

  /** Whether the one before was answered or failed. */
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
