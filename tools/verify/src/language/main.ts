import { describeFinding, findingsUnder } from './language.js';

// Paths are relative to the workspace, in which npm runs scripts.
const found = await findingsUnder(process.argv.slice(2));
for (const finding of found) {
  process.stdout.write(`${describeFinding(finding)}\n`);
}
process.stdout.write(`${found.length} to rewrite\n`);
process.exitCode = found.length === 0 ? 0 : 1;
