import type { AudienceQuery } from '@fedistream/audience';
import { BatchScheduler } from '@fedistream/util';
import type { FactsAnswer } from './facts-answer.js';
import { pairsOf } from './few-viewers-statement.js';

/** A question about more pairs than this is asked by itself, in the way of many viewers. */
const pairsPerQuestionAtMost = 40;
const questionsAtMost = 20;
const pairsAtMost = 200;
/**
 * The time in ms in which questions are gathered after a statement, unless they allow less. A question after a pause is sent at
 * once. A server with 100 events a second in such channels sends a fifth of the statements, for a delay of 25 ms on average.
 */
const longestPauseMs = 50;

interface Batch {
  readonly questions: AudienceQuery[];
  pairs: number;
  readonly answer: Promise<FactsAnswer>;
  readonly send: () => void;
}

/**
 * Joins the questions about statuses of different channels with few viewers in one statement. Every question is part of a
 * statement that is sent after the question came, so an answer is as fresh as that of a statement of its own.
 */
export class FewViewersBatcher {
  readonly #scheduler = new BatchScheduler(() => this.#pauseMs);
  #pauseMs = 0;
  #open: Batch | undefined;

  readonly #sendOpen = (): void => {
    const batch = this.#open;
    this.#open = undefined;
    batch?.send();
  };

  /** @param send sends one statement with these questions */
  constructor(private readonly send: (questions: readonly AudienceQuery[]) => Promise<FactsAnswer>) {}

  /** Whether a question is about so few viewers and accounts that {@link ask} may be used. */
  static accepts(question: AudienceQuery): boolean {
    return pairsOf(question) <= pairsPerQuestionAtMost;
  }

  /** The answer to this question and perhaps others. When the statement fails, all of them reject. */
  ask(question: AudienceQuery): Promise<FactsAnswer> {
    this.#pauseMs = Math.min(longestPauseMs, question.maxBatchDelayMs ?? 0);
    const pairs = pairsOf(question);
    if (this.#open && (this.#open.questions.length >= questionsAtMost || this.#open.pairs + pairs > pairsAtMost)) {
      this.#sendOpen();
    }
    const batch = (this.#open ??= this.#begin());
    batch.questions.push(question);
    batch.pairs += pairs;
    return batch.answer;
  }

  #begin(): Batch {
    const questions: AudienceQuery[] = [];
    let send = (): void => undefined;
    const answer = new Promise<FactsAnswer>((resolve, reject) => {
      send = () => {
        this.send(questions).then(resolve, reject);
      };
    });
    this.#scheduler.schedule(this.#sendOpen);
    return { questions, pairs: 0, answer, send };
  }
}
