import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

import type { Check } from '../check.js';
import { workspace } from '../workspace.js';
import { inWords, proseOfCode, proseOfMarkdown, type Prose } from './prose.js';
import { words } from './words.js';

/** The files that list or test the forbidden words. */
const about = /^tools\/verify\/src\/language\/(words|language\.spec)\.ts$/;

/** A forbidden word in a file. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly found: string;
  readonly better: string;
}

/** Every forbidden word of a file, in the order in which they stand. Files other than code and Markdown have none. */
export function findingsIn(file: string, content: string): Finding[] {
  if (about.test(file)) {
    return [];
  }
  const isCode = /\.(ts|js|mjs)$/.test(file);
  if (!isCode && !file.endsWith('.md')) {
    return [];
  }
  const name: Prose = { text: inWords(basename(file)), offset: 0, isName: true };
  const prose = [name, ...(isCode ? proseOfCode(file, content) : proseOfMarkdown(content))];
  return prose.flatMap((piece) => findingsOf(piece, file, content)).sort((a, b) => a.line - b.line);
}

function findingsOf({ text, offset, isName = false }: Prose, file: string, content: string): Finding[] {
  const used = isName ? words.filter(({ inNames }) => inNames) : words;
  const joined = inOneLine(text);
  return used.flatMap(({ pattern, better }) =>
    [...joined.matchAll(withAnyBlanks(pattern))].map((match) => ({
      file,
      line: content.slice(0, offset + match.index).split('\n').length,
      found: match[0].trim().replace(/ +/g, ' '),
      better,
    })),
  );
}

/** Joins lines, because a clause may continue in the next one. A paragraph, an item or a heading ends it. Offsets are kept. */
function inOneLine(text: string): string {
  return text
    .replace(/\n(?=\s*\n)/g, '.')
    .replace(/(?:^|\n) *([-*+#>|]|\d+\.)+(?= )/g, (start) => `.${' '.repeat(start.length - 1)}`)
    .replace(/\s/g, ' ');
}

const withAnyBlanks = (pattern: RegExp) => new RegExp(pattern.source.replaceAll(' ', ' +'), pattern.flags);

/** The files of the workspace under these paths (all, when there are none), known to Git or new. */
export async function filesUnder(paths: readonly string[]): Promise<string[]> {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate', '-z', '--', ...paths];
  const { stdout } = await promisify(execFile)('git', args, { cwd: workspace, maxBuffer: 64 * 1024 * 1024 });
  return stdout.split('\0').filter((file) => file !== '');
}

/** Every forbidden word under these paths. */
export async function findingsUnder(paths: readonly string[]): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const file of await filesUnder(paths)) {
    const content = await readFile(join(workspace, file), 'utf8').catch(() => undefined);
    found.push(...(content === undefined ? [] : findingsIn(file, content)));
  }
  return found;
}

/** `file:line: "found": write ...`, which editors and terminals turn into a link. */
export function describeFinding({ file, line, found, better }: Finding): string {
  return `${file}:${line}: "${found}": write ${better}`;
}

/** Checks that comments, test titles, messages, names and Markdown contain none of the forbidden words. */
export const language: Check = {
  name: 'language',
  async run() {
    const refused = await findingsUnder([]);
    return refused.length === 0 ? undefined : refused.map(describeFinding).join('\n');
  },
};
