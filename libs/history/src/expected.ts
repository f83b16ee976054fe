/** A promise that others settle; `undefined` stands for a time-out. */
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
    this.#timer = setTimeout(() => {
      this.settle(undefined);
    }, milliseconds);
  }
}
