import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ESLint } from 'eslint';

import type { Check } from './check.js';
import { workspace } from './workspace.js';

const rule = '@nx/dependency-checks';
const file = 'libs/audience/package.json';

/** A package.json that lacks a package which its project imports, and declares one which it does not import. */
export function withWrongDependencies(manifest: string): string {
  const parsed = JSON.parse(manifest) as { readonly dependencies?: Readonly<Record<string, string>> };
  const [first, ...others] = Object.entries(parsed.dependencies ?? {}).filter(
    ([name]) => !name.startsWith('@fedistream/'),
  );
  if (first === undefined) {
    throw new Error(`${file} declares no package of the registry: choose another lib for the probe`);
  }
  const dependencies = { ...Object.fromEntries(others), pg: '8.23.1' };
  return `${JSON.stringify({ ...parsed, dependencies }, null, 2)}\n`;
}

/** Checks that the lint rule reports missing and unused dependencies of a package.json. */
export const dependencyCheck: Check = {
  name: 'dependencies',
  async run() {
    const eslint = new ESLint({ cwd: workspace, ruleFilter: ({ ruleId }) => ruleId === rule });
    const wrong = withWrongDependencies(await readFile(join(workspace, file), 'utf8'));
    const [result] = await eslint.lintText(wrong, { filePath: file });
    const text = (result?.messages ?? []).map(({ message }) => message).join('\n');
    const missed = [/missing/, /"pg" package is not used/].filter((expected) => !expected.test(text));
    return missed.length === 0 ? undefined : `${rule} does not report ${missed.join(', ')} for ${file}:\n${text}`;
  },
};
