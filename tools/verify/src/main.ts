import { boundaries } from './boundaries.js';
import { dependencyCheck } from './dependency-check.js';
import { format, lint, types, type Check } from './check.js';
import { language } from './language/language.js';
import { runEverything } from './run-everything.js';
import { Tally } from './tally.js';
import { runTests } from './tests.js';

/** The checks of `npm test` besides the tests. A failed check does not keep later ones from running. */
const checks: readonly Check[] = [lint, format, types, boundaries, dependencyCheck, language];

const total = new Tally();
const failed: string[] = [];

if (runEverything) {
  // Tests mostly wait for other processes, so the checks run beside them.
  await Promise.all([runAndCountTests(), runChecks()]);
} else {
  // Both go through Nx, of which one run at a time uses its cache.
  await runChecks();
  await runAndCountTests();
}

print(failed.map((reason) => `failed: ${reason}\n`).join(''));
print(`${total.toString()}\n`);
process.exitCode = total.good ? 0 : 1;

async function runChecks(): Promise<void> {
  for (const { name, run } of checks) {
    const since = performance.now();
    const problem = await run().catch(messageOf);
    print(`${name}: ${problem === undefined ? 'ok' : 'FAILED'} (${seconds(since)})\n`);
    total.add(problem === undefined ? { passed: 1 } : { failed: 1 });
    if (problem !== undefined) {
      print(`${problem}\n`);
      failed.push(name);
    }
  }
}

async function runAndCountTests(): Promise<void> {
  const since = performance.now();
  print('tests: on a real Redis and a real PostgreSQL\n');
  const tests = await runTests().catch((error: unknown) => ({ tally: { failed: 1 }, reasons: [messageOf(error)] }));
  print(`tests: ${seconds(since)}\n`);
  total.add(tests.tally);
  failed.push(...tests.reasons);
}

function print(text: string): void {
  process.stdout.write(text);
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
