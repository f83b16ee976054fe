import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AudienceQuestion } from '@fedistream/audience';
import type { Viewership } from '@fedistream/domain';
import type { FactsAnswer } from './facts-answer.js';

/** Bounds the length of a statement; a burst is rarely longer. */
const togetherAtMost = 20;

interface Gathering {
  readonly questions: AudienceQuestion[];
  readonly answer: Promise<FactsAnswer>;
}

/**
 * Joins the questions about the same viewers that arrive within one turn of the event loop, or while the statement for
 * them waits for a connection, in one statement: most of its cost is looking up the viewers. Nothing is asked before the
 * question came, so the answers are as fresh as those of a statement each.
 */
export class QuestionsTogether {
  readonly #open = new WeakMap<Viewership, Gathering>();

  /**
   * @param send asks the database
   * @param inTurn runs a lookup when there is a connection for it
   */
  constructor(
    private readonly send: (viewers: Viewership, questions: readonly AudienceQuestion[]) => Promise<FactsAnswer>,
    private readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>,
  ) {}

  /** The answer to this question and perhaps others. When the statement fails, all of them fail. */
  ask(question: AudienceQuestion): Promise<FactsAnswer> {
    const { viewers } = question;
    const open = this.#open.get(viewers);
    if (open && open.questions.length < togetherAtMost) {
      open.questions.push(question);
      return open.answer;
    }
    const questions = [question];
    const gathering = {
      questions,
      answer: this.inTurn(async () => {
        await nextTurn();
        if (this.#open.get(viewers) === gathering) {
          this.#open.delete(viewers);
        }
        return this.send(viewers, questions);
      }),
    };
    this.#open.set(viewers, gathering);
    return gathering.answer;
  }
}
