/** What must be undone at the end, however it comes: the last thing first. */
export class Teardown {
  readonly #steps: (() => unknown)[] = [];

  /** Adds a step; it is run once. */
  add(step: () => unknown): void {
    this.#steps.push(step);
  }

  /** Runs all steps, also those behind one that fails. */
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
