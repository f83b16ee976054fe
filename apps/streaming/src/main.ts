import { unsupportedNode } from './bootstrap/node-version.js';

const refusal = unsupportedNode(process.versions.node);
if (refusal === undefined) {
  const { run } = await import('./bootstrap/run.js');
  await run(process.argv.slice(2));
} else {
  process.stderr.write(`${refusal}\n`);
  process.exitCode = 1;
}
