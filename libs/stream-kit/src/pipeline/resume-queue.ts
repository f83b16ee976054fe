import type { HistorySettings, HistoryStatistics } from '@fedistream/history';

/** Work that waits for its turn. */
interface Waiting {
  readonly run: () => Promise<void>;
  readonly isWanted: () => boolean;
  readonly giveUp: () => void;
}

/** After its turn an owner rests for so many times as long as it took, and at most {@link maxRestMs}. */
const restFactor = 3;
const maxRestMs = 1_000;

/**
 * Limits what resumes cost all other clients of this process: at most `HistorySettings.resumesAtOnce` run, the others wait
 * their turn. Each owner has one turn at a time, owners take turns, and an owner rests after a long one: a client that
 * resumes again and again holds up itself.
 */
export class ResumeQueue {
  /** By owner, in order. An owner that runs or rests is listed, too. */
  readonly #waiting = new Map<string, Waiting[]>();
  /** Owners that may have a turn, in order. */
  #turns: string[] = [];
  #running = 0;

  constructor(
    private readonly settings: HistorySettings,
    private readonly statistics: HistoryStatistics,
  ) {}

  /**
   * Runs `work` when it is its turn.
   *
   * @param owner of whose work one piece runs at a time
   * @param isWanted asked when it is its turn: whether the client is still there
   * @returns what `work` returns; `undefined` when it was not run: it is not wanted any more, too many wait, or it has waited
   *   for `HistorySettings.resumeWaitMs`
   * @throws what `work` throws
   */
  run<T>(owner: string, isWanted: () => boolean, work: () => Promise<T>): Promise<T | undefined> {
    if (this.statistics.resumesWaiting >= this.settings.maxResumesWaiting) {
      return Promise.resolve(undefined);
    }
    return new Promise<T | undefined>((resolve, reject) => {
      let settled = false;
      const leave = (): void => {
        settled = true;
        clearTimeout(timer);
        this.statistics.resumesWaiting -= 1;
      };
      const giveUp = (): void => {
        leave();
        resolve(undefined);
      };
      const timer = setTimeout(giveUp, this.settings.resumeWaitMs);
      this.statistics.resumesWaiting += 1;
      this.#add(owner, {
        isWanted: () => !settled && isWanted(),
        giveUp: () => {
          if (!settled) {
            giveUp();
          }
        },
        run: () => {
          leave();
          return work().then(resolve, reject);
        },
      });
    });
  }

  #add(owner: string, waiting: Waiting): void {
    const own = this.#waiting.get(owner);
    if (own === undefined) {
      this.#waiting.set(owner, [waiting]);
      this.#turns.push(owner);
      this.#next();
    } else {
      own.push(waiting);
    }
  }

  #next(): void {
    while (this.#running < this.settings.resumesAtOnce) {
      const owner = this.#turns.shift();
      if (owner === undefined) {
        return;
      }
      const wanted = this.#firstWanted(this.#waiting.get(owner) ?? []);
      if (wanted === undefined) {
        this.#waiting.delete(owner);
      } else {
        void this.#turn(owner, wanted);
      }
    }
  }

  /** Takes it out, and all unwanted ones before it. */
  #firstWanted(own: Waiting[]): Waiting | undefined {
    for (let waiting = own.shift(); waiting !== undefined; waiting = own.shift()) {
      if (waiting.isWanted()) {
        return waiting;
      }
      waiting.giveUp();
    }
    return undefined;
  }

  async #turn(owner: string, { run }: Waiting): Promise<void> {
    this.#running += 1;
    const beganMs = performance.now();
    await run();
    const restMs = Math.min(maxRestMs, (performance.now() - beganMs) * restFactor);
    setTimeout(() => {
      this.#turns.push(owner);
      this.#next();
    }, restMs).unref();
    this.#running -= 1;
    this.#next();
  }
}
