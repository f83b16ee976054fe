import { readFile, writeFile } from 'node:fs/promises';

import { prefixes } from './database/ids.js';
import type { Viewer } from './database/viewers.js';
import type { Population } from './plans/plan.js';

/** Writes the viewers of a prepared database to a file, for a later `--target`. */
export async function writeTokens(file: string, { viewers, relatedViewers }: Population): Promise<void> {
  const lines = [...viewers, ...relatedViewers].map(({ token, accountId }) => `${token} ${accountId}\n`);
  await writeFile(file, lines.join(''), { mode: 0o600 });
}

/** Reads viewers from a file: one per line, token and account id. The id tells which viewers have relations. */
export async function readTokens(file: string): Promise<Population> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.trim() !== '');
  const people = lines.map((line, index): Viewer => {
    const [token, accountId] = line.trim().split(/\s+/);
    if (token === undefined || accountId === undefined || !/^\d+$/.test(accountId)) {
      throw new Error(`${file}, line ${index + 1}: not a token and an account id.`);
    }
    return { token, accountId };
  });
  const isRelated = ({ token, accountId }: Viewer): boolean =>
    token.startsWith('fedibench-') && accountId.startsWith(prefixes.relatedViewer);
  return { viewers: people.filter((viewer) => !isRelated(viewer)), relatedViewers: people.filter(isRelated) };
}
