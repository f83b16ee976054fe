import { describe, expect, it } from 'vitest';

import { count } from './vitest-report.js';

const file = (status: string, ...tests: string[]) => ({
  name: 'a.spec.ts',
  status,
  assertionResults: tests.map((one) => ({ status: one })),
});

describe('count', () => {
  it('counts every test once', () => {
    const { tally, reasons } = count(
      { testResults: [file('failed', 'passed', 'failed'), file('passed', 'passed', 'pending', 'todo', 'skipped')] },
      1,
    );
    expect(tally.toString()).toBe('2 passed, 1 failed, 3 skipped');
    expect(tally.good).toBe(false);
    expect(reasons).toEqual([]);
  });

  it('is good when all pass, and mentions skipped tests only if there are any', () => {
    const { tally } = count({ testResults: [file('passed', 'passed')] }, 0);
    expect(tally.good).toBe(true);
    expect(tally.toString()).toBe('1 passed, 0 failed');
  });

  it('fails for a file that could not be loaded', () => {
    const { tally, reasons } = count({ testResults: [file('failed'), file('passed', 'passed')] }, 1);
    expect(tally.toString()).toBe('1 passed, 1 failed');
    expect(reasons).toEqual(['a.spec.ts could not be run']);
  });

  it('fails for an error outside of all tests', () => {
    expect(count({ testResults: [file('passed', 'passed')] }, 1).tally.toString()).toBe('1 passed, 1 failed');
  });

  it('fails when no test ran', () => {
    expect(count({ testResults: [] }, 0).tally.toString()).toBe('0 passed, 1 failed');
    expect(count({ testResults: [file('passed', 'skipped')] }, 0).tally.good).toBe(false);
  });
});
