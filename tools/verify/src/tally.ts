/** Counts of passed, failed and skipped checks and tests. */
export class Tally {
  passed = 0;
  failed = 0;
  skipped = 0;

  /** Adds one result, or those of another tally. */
  add(results: Partial<Pick<Tally, 'passed' | 'failed' | 'skipped'>>): void {
    this.passed += results.passed ?? 0;
    this.failed += results.failed ?? 0;
    this.skipped += results.skipped ?? 0;
  }

  /** Whether at least one passed and none failed. */
  get good(): boolean {
    return this.failed === 0 && this.passed > 0;
  }

  /** The last line of the command's output, which CI parses: `12 passed, 0 failed`. */
  toString(): string {
    const skipped = this.skipped > 0 ? `, ${this.skipped} skipped` : '';
    return `${this.passed} passed, ${this.failed} failed${skipped}`;
  }
}
