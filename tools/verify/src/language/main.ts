import { describeFinding, findingsUnder } from './language.js';

// npm runs scripts in the workspace; the paths are meant from where the caller stands there.
const found = await findingsUnder(process.argv.slice(2));
for (const finding of found) {
  process.stdout.write(`${describeFinding(finding)}\n`);
}
process.stdout.write(`${found.length} to rewrite\n`);
process.exitCode = found.length === 0 ? 0 : 1;
