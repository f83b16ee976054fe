/** Time is counted in slices, in milliseconds: see {@link Expected}. */
const sliceMs = 50;

/**
 * A promise that others settle; `undefined` stands for a time-out.
 *
 * Time in which the event loop stood still does not count: what is expected may have arrived meanwhile, and Node runs timers
 * before it reads sockets. When thousands of clients come at once, an answer in time would be taken for none.
 */
export class Expected<T> {
  readonly promise: Promise<T | undefined>;
  #timer: NodeJS.Timeout | undefined;
  settle: (value: T | undefined) => void = () => undefined;

  constructor(milliseconds: number) {
    this.promise = new Promise((resolve) => {
      this.settle = (value) => {
        clearTimeout(this.#timer);
        resolve(value);
      };
    });
    this.#wait(milliseconds);
  }

  #wait(milliseconds: number): void {
    if (milliseconds <= 0) {
      this.settle(undefined);
      return;
    }
    const slice = Math.min(sliceMs, milliseconds);
    this.#timer = setTimeout(() => {
      this.#wait(milliseconds - slice);
    }, slice);
  }
}
