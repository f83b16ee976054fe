import { boundaries } from './boundaries.js';
import { format, lint, types, type Check } from './check.js';
import { language } from './language/language.js';
import { Tally } from './tally.js';
import { runTests } from './tests.js';

/** Everything that `npm test` promises, one after the other; later checks run although earlier ones have failed. */
const checks: readonly Check[] = [lint, format, types, boundaries, language];

const total = new Tally();
const failed: string[] = [];

for (const { name, run } of checks) {
  const since = performance.now();
  print(`${name}: `);
  const wrong = await run().catch(explain);
  print(`${wrong === undefined ? 'ok' : 'FAILED'} (${seconds(since)})\n`);
  total.add(wrong === undefined ? { passed: 1 } : { failed: 1 });
  if (wrong !== undefined) {
    print(`${wrong}\n`);
    failed.push(name);
  }
}

const since = performance.now();
print('tests: on a real Redis and a real PostgreSQL\n');
const tests = await runTests().catch((error: unknown) => ({ tally: { failed: 1 }, reasons: [explain(error)] }));
print(`tests: ${seconds(since)}\n`);
total.add(tests.tally);
failed.push(...tests.reasons);

print(failed.map((reason) => `failed: ${reason}\n`).join(''));
print(`${total.toString()}\n`);
process.exitCode = total.good ? 0 : 1;

function print(text: string): void {
  process.stdout.write(text);
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

function explain(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
