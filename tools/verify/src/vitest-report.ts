import { Tally } from './tally.js';

/** The parts of Vitest's JSON report that are counted. */
export interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/**
 * Counts each test once. A file that could not be loaded counts as one failure, and so does a run that exited with an
 * error although every test passed (an unhandled rejection, for example), or that had no test.
 *
 * @param exitCode the exit code of Vitest
 */
export function count(report: VitestReport, exitCode: number): { tally: Tally; reasons: string[] } {
  const tally = new Tally();
  const reasons: string[] = [];
  const fail = (reason: string) => {
    tally.add({ failed: 1 });
    reasons.push(reason);
  };
  for (const { name, status, assertionResults } of report.testResults) {
    const before = tally.failed;
    for (const test of assertionResults) {
      tally.add({ [outcomeOf(test.status)]: 1 });
    }
    if (status === 'failed' && tally.failed === before) {
      fail(`${name} could not be run`);
    }
  }
  if (tally.passed + tally.failed === 0) {
    fail('no test was run');
  }
  if (exitCode !== 0 && tally.failed === 0) {
    fail(`all tests passed, but Vitest ended with code ${exitCode}`);
  }
  return { tally, reasons };
}

function outcomeOf(status: string): 'passed' | 'failed' | 'skipped' {
  return status === 'passed' || status === 'failed' ? status : 'skipped';
}
