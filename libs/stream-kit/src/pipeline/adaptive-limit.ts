/** How often the event loop is asked, in milliseconds. */
const askedEveryMs = 20;
/** Up to this delay of the event loop other clients notice nothing: more may run. In milliseconds. */
const unnoticedMs = 10;
/** From this delay on fewer may run, in milliseconds. */
const noticedMs = 30;
/** By how much the limit grows in a step. */
const growth = 1.5;

/** How many pieces of work may run at a time: more while the event loop is in time, half as many when it is late. */
export class AdaptiveLimit {
  #limit: number;
  #timer: NodeJS.Timeout | undefined;
  #dueMs = 0;

  /** @param changed called when the limit has grown */
  constructor(
    private readonly least: number,
    private readonly most: number,
    private readonly changed: () => void,
  ) {
    this.#limit = least;
  }

  /** The limit now, from `least` to `most`. */
  get value(): number {
    return this.#limit;
  }

  /** To be called while work waits: the limit follows the event loop. */
  follow(): void {
    if (this.#timer === undefined) {
      this.#dueMs = performance.now() + askedEveryMs;
      this.#timer = setTimeout(() => {
        this.#ask();
      }, askedEveryMs).unref();
    }
  }

  /** To be called when no work waits any more: the next one begins with `least`. */
  rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#limit = this.least;
  }

  #ask(): void {
    const lateMs = performance.now() - this.#dueMs;
    this.#timer = undefined;
    this.follow();
    if (lateMs < unnoticedMs && this.#limit < this.most) {
      this.#limit = Math.min(this.most, Math.ceil(this.#limit * growth));
      this.changed();
    } else if (lateMs > noticedMs) {
      this.#limit = Math.max(this.least, this.#limit >> 1);
    }
  }
}
