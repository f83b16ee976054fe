import type { StreamEvent, ViewerSet } from '@fedistream/domain';
import { BatchScheduler } from '@fedistream/util';

/** How long decisions are collected after a batch, in milliseconds. The first ones wait for the next turn of the event loop. */
const collectMs = 10;
/** Pairs of an event and a viewer in one turn of the event loop. */
const pairsPerTurn = 5_000;

/** What one viewer has asked for. */
interface Wanted<Answer> {
  readonly events: readonly StreamEvent[];
  readonly accountId: string;
  readonly settle: (answers: Promise<readonly Answer[]>) => void;
}

/**
 * Decides about each event once for all viewers that ask for it at the same time, as it is done for a live event: clients that
 * come back together have missed the same events.
 */
export class SharedDecisions<Answer> {
  readonly #decide: (event: StreamEvent, viewers: ViewerSet) => Promise<Answer>;
  readonly #scheduler = new BatchScheduler(() => collectMs);
  #waiting: Wanted<Answer>[] = [];

  readonly #run = (): void => {
    let pairs = 0;
    const some = this.#waiting.findIndex(({ events }) => (pairs += events.length) > pairsPerTurn) + 1;
    const batch = this.#waiting.splice(0, some === 0 ? this.#waiting.length : some);
    if (this.#waiting.length > 0) {
      this.#scheduler.schedule(this.#run);
    }
    this.#answer(batch);
  };

  /** @param decide about one event, for these viewers alone */
  constructor(decide: (event: StreamEvent, viewers: ViewerSet) => Promise<Answer>) {
    this.#decide = decide;
  }

  /** The answer about each event, in order, for a set of viewers that has this one. @throws what `decide` throws about any */
  about(events: readonly StreamEvent[], accountId: string): Promise<readonly Answer[]> {
    if (events.length === 0) {
      return Promise.resolve([]);
    }
    return new Promise((settle) => {
      this.#waiting.push({ events, accountId, settle });
      this.#scheduler.schedule(this.#run);
    });
  }

  #answer(batch: readonly Wanted<Answer>[]): void {
    const viewersOf = new Map<StreamEvent, Set<string>>();
    for (const { events, accountId } of batch) {
      for (const event of events) {
        const viewers = viewersOf.get(event);
        if (viewers === undefined) {
          viewersOf.set(event, new Set([accountId]));
        } else {
          viewers.add(accountId);
        }
      }
    }
    const sets = new ViewerSets();
    const answers = new Map(
      Array.from(viewersOf, ([event, accountIds]) => [event, this.#decide(event, sets.of(accountIds))] as const),
    );
    for (const { events, settle } of batch) {
      settle(Promise.all(events.map((event) => answers.get(event) as Promise<Answer>)));
    }
  }
}

/** One object for equal sets: a store batches queries about one and the same object. */
class ViewerSets {
  readonly #known = new Map<string, ViewerSet>();

  of(accounts: ReadonlySet<string>): ViewerSet {
    const accountIds = [...accounts];
    const key = accountIds.join();
    const known = this.#known.get(key);
    const viewers = known ?? { accountIds, has: (accountId: string) => accounts.has(accountId) };
    this.#known.set(key, viewers);
    return viewers;
  }
}
