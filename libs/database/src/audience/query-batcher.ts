import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AudienceQuery } from '@fedistream/audience';
import type { ViewerSet } from '@fedistream/domain';
import type { FactsAnswer } from './facts-answer.js';

/** Bounds the length of a statement; a burst is rarely longer. */
const togetherAtMost = 20;
/** Bounds what one status that mentions many costs those that it is joined with. */
const accountsAtMost = 200;

interface Batch {
  readonly questions: AudienceQuery[];
  accounts: number;
  readonly answer: Promise<FactsAnswer>;
}

/**
 * Joins the questions about the same viewers that arrive within one turn of the event loop, or while the statement for
 * them waits for a connection or for the one before it, in one statement: most of its cost is looking up the viewers.
 * There is one statement at a time about the same viewers, so that those whose answers take long leave the connections to
 * others. Nothing is asked before the question came, so the answers are as fresh as those of a statement each.
 */
export class QueryBatcher<S> {
  readonly #open = new WeakMap<ViewerSet, Batch>();
  readonly #last = new WeakMap<ViewerSet, Promise<unknown>>();

  /**
   * @param send asks the database
   * @param inTurn runs a lookup when there is a connection for it
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
    if (open && open.questions.length < togetherAtMost && open.accounts + accountIds.length <= accountsAtMost) {
      open.questions.push(question);
      open.accounts += accountIds.length;
      return open.answer;
    }
    const questions = [question];
    const askedMs = performance.now();
    const answer = this.#after(this.#last.get(viewers), () =>
      this.inTurn(async (statements) => {
        await nextTurn();
        this.#close(gathering, viewers);
        return this.send(statements, viewers, questions);
      }, askedMs),
    ).finally(() => {
      // A turn that never comes must not be joined by anybody else.
      this.#close(gathering, viewers);
    });
    const gathering: Batch = { questions, accounts: accountIds.length, answer };
    this.#open.set(viewers, gathering);
    this.#last.set(viewers, answer);
    return answer;
  }

  /** However the one before has ended. */
  async #after<T>(before: Promise<unknown> | undefined, work: () => Promise<T>): Promise<T> {
    await before?.catch(() => undefined);
    return work();
  }

  #close(gathering: Batch, viewers: ViewerSet): void {
    if (this.#open.get(viewers) === gathering) {
      this.#open.delete(viewers);
    }
  }
}
