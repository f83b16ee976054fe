/** Steps to run at the end, also after an error or a signal. The last one added runs first. */
export class Teardown {
  readonly #steps: (() => unknown)[] = [];

  /** Adds a step; it is run once. */
  add(step: () => unknown): void {
    this.#steps.push(step);
  }

  /** Runs all steps; a failure is written to stderr and stops none of the others. */
  async run(): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        process.stderr.write(`bench: ${String(error)}\n`);
      }
    }
  }
}
