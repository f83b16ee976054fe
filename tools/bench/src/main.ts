import { writeFile } from 'node:fs/promises';

import { fixtureSize, openEnvironment, populationOf, prepareDatabase } from './environment.js';
import { help, readOptions, type BenchOptions } from './options.js';
import { document, machine, machineLine } from './report/document.js';
import { report } from './report/report.js';
import { run } from './run.js';
import { Teardown } from './teardown.js';
import { writeTokens } from './tokens-file.js';

/** The benchmark's program; its exit code is 1 when an option is wrong or a scenario failed. */
async function main(options: BenchOptions, teardown: Teardown): Promise<number> {
  if (options.help) {
    process.stdout.write(help);
    return 0;
  }
  if (options.prepare) {
    const size = fixtureSize(options.smoke);
    await prepareDatabase(options.database ?? '', size);
    await writeTokens(options.tokens ?? '', populationOf(size));
    return 0;
  }
  const about = machine();
  const results = await run(options, await openEnvironment(options, teardown), teardown);
  const json = `${JSON.stringify(document(about, options.rounds, results), null, 2)}\n`;
  if (options.json === '-') {
    process.stdout.write(json);
  } else {
    process.stdout.write(`${machineLine(about)}\n\n${report(results)}\n`);
    if (options.json !== undefined) {
      await writeFile(options.json, json);
    }
  }
  return results.some(({ failure }) => failure !== undefined) ? 1 : 0;
}

const teardown = new Teardown();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void teardown.run().then(() => process.exit(1));
  });
}
try {
  process.exitCode = await main(readOptions(process.argv.slice(2)), teardown);
} catch (error) {
  process.stderr.write(`bench: ${(error as Error).message}\n`);
  process.exitCode = 1;
} finally {
  await teardown.run();
}
