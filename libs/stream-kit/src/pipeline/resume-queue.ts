import type { HistorySettings, HistoryStatistics } from '@fedistream/history';
import { AdaptiveLimit } from './adaptive-limit.js';

/** Work that waits for its turn. */
interface Waiting {
  readonly run: () => Promise<void>;
  readonly isWanted: () => boolean;
  readonly giveUp: () => void;
}

/** After its turn an owner rests for so many times as long as it took, and at most {@link maxRestMs}. */
const restFactor = 3;
const maxRestMs = 1_000;
/** What an owner may use without a rest, in milliseconds, when it has used nothing for a while. */
const freeMs = 500;
/** Of one owner, so many run at a time when no other owner waits. */
const ownAtOnce = 16;

/** Work of one owner. */
interface Owner {
  readonly waiting: Waiting[];
  /** When it will have rested for all that it has used, on the clock of `performance.now()`. */
  restedMs: number;
  /** Whether it neither runs, rests nor waits for its turn. */
  isIdle: boolean;
}

/**
 * Limits what resumes cost all other clients of this process. As many run at a time as leave the event loop in time, from
 * `HistorySettings.resumesAtOnce` to `maxResumesAtOnce`; the others wait their turn. Owners take turns, and an owner rests after
 * its turns: a client that resumes again and again holds up itself.
 */
export class ResumeQueue {
  readonly #owners = new Map<string, Owner>();
  readonly #limit: AdaptiveLimit;
  /** Owners that may have a turn, in order. */
  #turns: string[] = [];
  #running = 0;

  constructor(
    private readonly settings: HistorySettings,
    private readonly statistics: HistoryStatistics,
  ) {
    this.#limit = new AdaptiveLimit(settings.resumesAtOnce, settings.maxResumesAtOnce, () => {
      this.#next();
    });
  }

  /**
   * Runs `work` when it is its turn.
   *
   * @param owner of the work: owners take turns
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

  #add(name: string, waiting: Waiting): void {
    const owner = this.#owners.get(name) ?? { waiting: [], restedMs: -Infinity, isIdle: true };
    this.#owners.set(name, owner);
    owner.waiting.push(waiting);
    if (owner.isIdle) {
      owner.isIdle = false;
      this.#turns.push(name);
    }
    this.#next();
  }

  #next(): void {
    while (this.#running < this.#limit.value) {
      const name = this.#turns.shift();
      const owner = this.#owners.get(name ?? '');
      if (name === undefined || owner === undefined) {
        break;
      }
      const atOnce = this.#turns.length > 0 ? 1 : Math.min(ownAtOnce, this.#limit.value - this.#running);
      const wanted = takeWanted(owner.waiting, atOnce);
      if (wanted.length === 0) {
        this.#forget(name, owner);
      } else {
        void this.#turn(name, owner, wanted);
      }
    }
    if (this.#turns.length > 0) {
      this.#limit.follow();
    } else if (this.#running === 0) {
      this.#limit.rest();
    }
  }

  /** Forgets an owner without work when it has rested. */
  #forget(name: string, owner: Owner): void {
    owner.isIdle = true;
    const restMs = owner.restedMs - performance.now();
    if (restMs <= 0) {
      this.#owners.delete(name);
      return;
    }
    setTimeout(() => {
      if (owner.isIdle) {
        this.#forget(name, owner);
      }
    }, restMs).unref();
  }

  async #turn(name: string, owner: Owner, wanted: readonly Waiting[]): Promise<void> {
    this.#running += wanted.length;
    const beganMs = performance.now();
    await Promise.all(wanted.map(({ run }) => run()));
    const now = performance.now();
    owner.restedMs = Math.max(owner.restedMs, beganMs) + (now - beganMs) * (1 + restFactor);
    const restMs = Math.min(maxRestMs, Math.max(0, owner.restedMs - now - freeMs));
    setTimeout(() => {
      this.#turns.push(name);
      this.#next();
    }, restMs).unref();
    this.#running -= wanted.length;
    this.#next();
  }
}

/** Takes out the first ones, and all unwanted ones before them. */
function takeWanted(own: Waiting[], count: number): readonly Waiting[] {
  const wanted: Waiting[] = [];
  while (wanted.length < count) {
    const waiting = own.shift();
    if (waiting === undefined) {
      break;
    }
    if (waiting.isWanted()) {
      wanted.push(waiting);
    } else {
      waiting.giveUp();
    }
  }
  return wanted;
}
