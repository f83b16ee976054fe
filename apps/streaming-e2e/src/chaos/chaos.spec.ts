import { MissingServerError } from '@fedistream/services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChaosEnvironment } from './chaos-environment.js';
import { ChaosReport } from './chaos-report.js';
import { runFault } from './fault-run.js';
import { faults } from './faults.js';
import { sumOf } from './oracle.js';

/** `npm run test:chaos` sets it to `all`; a part of a name selects the faults that have it. */
const wanted = process.env['CHAOS_ROWS'];
const isLongForm = wanted !== undefined;
const rows = faults.filter(({ name, inShortForm = false }) =>
  wanted === undefined ? inShortForm : wanted === 'all' || name.includes(wanted),
);
const report = new ChaosReport();

afterAll(() => {
  if (isLongForm) {
    report.print();
  }
});

describe.each(isLongForm ? [true, false] : [true])(
  'with the history on: %s, clients of every stream and transport',
  (history) => {
    let environment: ChaosEnvironment | undefined;
    let missing: string | undefined;

    beforeAll(async () => {
      try {
        environment = await ChaosEnvironment.open(history);
      } catch (error) {
        if (!(error instanceof MissingServerError)) {
          throw error;
        }
        missing = error.message;
      }
    });

    afterAll(async () => {
      await environment?.stop();
    });

    it.for(rows)(
      'receive what they may see, once and in order, and are told what they miss: $name',
      async (fault, test) => {
        if (environment === undefined) {
          test.skip(`needs servers of its own: ${missing ?? ''}`);
          return;
        }
        await environment.untilHealthy();
        const cells = await runFault(environment, fault);
        report.add(fault.name, history, cells);
        expect(cells).toHaveLength(8);
        // Without a history clients cannot be told; what they lost is in the table.
        const { published, lost, untold, ...exact } = sumOf(cells);
        expect(published).toBeGreaterThan(100);
        expect(exact).toEqual({ repeated: 0, leaked: 0, reordered: 0 });
        expect(history ? untold : 0).toBe(0);
        expect(fault.name === 'none' ? lost : 0).toBe(0);
      },
    );
  },
);
