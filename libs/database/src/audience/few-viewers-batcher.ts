import type { AudienceQuery } from '@fedistream/audience';
import { BatchScheduler } from '@fedistream/util';
import type { FactsAnswer } from './facts-answer.js';
import { pairsOf } from './few-viewers-statement.js';

/** A query with more pairs than this goes through `QueryBatcher`. */
const maxPairsPerQuery = 40;
const maxQueries = 20;
const maxPairs = 200;
/**
 * The longest delay of a batch in ms; queries may allow less. A query after a pause is sent at once. With 100 events a second
 * in such channels, the server sends a fifth of the statements, and an event waits 25 ms on average.
 */
const maxBatchDelayMs = 50;

interface Batch {
  readonly queries: AudienceQuery[];
  pairs: number;
  readonly answer: Promise<FactsAnswer>;
  readonly send: () => void;
}

/**
 * Batches the queries of channels with few viewers into one statement. The statement is sent after all of its queries have
 * arrived, so each answer is as fresh as that of a statement of its own.
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

  /** @param send sends one statement with these queries */
  constructor(private readonly send: (queries: readonly AudienceQuery[]) => Promise<FactsAnswer>) {}

  /** Whether a query has at most 40 pairs of viewer and account, as {@link load} requires. */
  static accepts(query: AudienceQuery): boolean {
    return pairsOf(query) <= maxPairsPerQuery;
  }

  /** Resolves with the facts for this query and the others of its batch. @throws what the statement throws, for all of them */
  load(query: AudienceQuery): Promise<FactsAnswer> {
    this.#pauseMs = Math.min(maxBatchDelayMs, query.maxBatchDelayMs ?? 0);
    const pairs = pairsOf(query);
    if (this.#open && (this.#open.queries.length >= maxQueries || this.#open.pairs + pairs > maxPairs)) {
      this.#sendOpen();
    }
    const batch = (this.#open ??= this.#begin());
    batch.queries.push(query);
    batch.pairs += pairs;
    return batch.answer;
  }

  #begin(): Batch {
    const queries: AudienceQuery[] = [];
    let send = (): void => undefined;
    const answer = new Promise<FactsAnswer>((resolve, reject) => {
      send = () => {
        this.send(queries).then(resolve, reject);
      };
    });
    this.#scheduler.schedule(this.#sendOpen);
    return { queries, pairs: 0, answer, send };
  }
}
