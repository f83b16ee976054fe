/**
 * Says when to begin work that costs less the more of it is done at once. After a rest it begins in the next turn of the
 * event loop, so that whoever comes alone waits for nothing; what is asked for during the rest begins together, when the
 * rest is over.
 */
export class BatchScheduler {
  readonly #restMs: () => number;
  readonly #wanted = new Set<() => void>();
  #cancel: (() => void) | undefined;
  #restedAtMs = -Infinity;

  readonly #begin = (): void => {
    const works = [...this.#wanted];
    this.cancel();
    this.#restedAtMs = performance.now() + this.#restMs();
    for (const work of works) {
      work();
    }
  };

  /** @param restMs how long to rest after each beginning, asked then; 0 for no rest */
  constructor(restMs: () => number) {
    this.#restMs = restMs;
  }

  /** Has this done, once, however often it is asked for until then. Must not throw. */
  schedule(work: () => void): void {
    this.#wanted.add(work);
    if (this.#cancel !== undefined) {
      return;
    }
    const waitMs = this.#restedAtMs - performance.now();
    if (waitMs > 0) {
      const timer = setTimeout(this.#begin, waitMs);
      this.#cancel = () => {
        clearTimeout(timer);
      };
    } else {
      const turn = setImmediate(this.#begin);
      this.#cancel = () => {
        clearImmediate(turn);
      };
    }
  }

  /** What has been asked for and not begun is no longer wanted. */
  cancel(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#wanted.clear();
  }
}
