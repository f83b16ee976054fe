import 'reflect-metadata';
import { describeProblem, readCatalogue, tableOf } from '@fedistream/stream-kit/server';
import { Environment } from './environment/environment.js';
import { moduleSources } from './stream-modules.js';

/** Prints every stream that a server with this environment offers, without starting one: `npm run streams`. */
const environment = new Environment(process.env);
const { entries, problems } = await readCatalogue(moduleSources(environment.read('STREAM_MODULES')), environment.texts);
environment.requireValid();
process.stdout.write(`${tableOf(entries)}\n`);
if (problems.length > 0) {
  process.stderr.write(`\nThese modules would not start:\n  ${problems.map(describeProblem).join('\n  ')}\n`);
  process.exitCode = 1;
}
