import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format } from 'prettier';
import { expect, it } from 'vitest';
import { variablesTables } from './variables-table.js';

const workspace = join(import.meta.dirname, '..', '..', '..', '..', '..');
const document = join(workspace, 'docs', 'configuration.md');
const begin = '<!-- variables: made by variables-table.ts, renewed by npx vitest run -u variables-table -->';
const end = '<!-- end of variables -->';

it('docs/configuration.md has every variable with its default and meaning', async () => {
  const text = await readFile(document, 'utf8');
  const [before, after] = [text.indexOf(begin), text.indexOf(end)];
  expect(before).toBeGreaterThan(0);
  expect(after).toBeGreaterThan(before);
  const current = `${text.slice(0, before)}${begin}\n\n${variablesTables()}\n\n${text.slice(after)}`;
  const formatted = await format(current, { parser: 'markdown', printWidth: 120, proseWrap: 'preserve' });
  await expect(formatted).toMatchFileSnapshot(document);
});
