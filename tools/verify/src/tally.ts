/** How many promises were kept: checks and tests alike. */
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

  /** Whether something was verified at all, and nothing failed. */
  get good(): boolean {
    return this.failed === 0 && this.passed > 0;
  }

  /** The line that the command ends with, read by people and by CI. */
  toString(): string {
    const skipped = this.skipped > 0 ? `, ${this.skipped} skipped` : '';
    return `${this.passed} passed, ${this.failed} failed${skipped}`;
  }
}
