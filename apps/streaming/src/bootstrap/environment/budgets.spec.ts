import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorTable } from '@fedistream/domain';
import { closeReasons } from '@fedistream/delivery';
import { variables, type VariableName } from './variables.js';

const page = readFileSync(new URL('../../../../../docs/operations.md', import.meta.url), 'utf8');
const metrics = readFileSync(new URL('../../../../../docs/metrics.md', import.meta.url), 'utf8');
const [, section = ''] = page.split('## What a client may cost');

/** The rows of the table: what is bounded, setting, default, refusal, metric, log line. */
const rows = section
  .split('\n## ')[0]!
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| Budget') && !line.startsWith('| ---'))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim()));

const named = (cell: string | undefined) => [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, text]) => text ?? '');

describe('the table of budgets', () => {
  it('has a row for each setting that limits clients', () => {
    const limits = (Object.keys(variables) as VariableName[]).filter(
      (name) => variables[name].group === 'limits' && name !== 'TOKEN_REVALIDATION_SECONDS',
    );
    expect(rows.flatMap(([, setting]) => named(setting))).toEqual(expect.arrayContaining(limits));
  });

  it.each(rows)('says what is so: %s', (_, setting, defaultText = '', refusal, metric) => {
    // Other settings are those of the operating system: `ulimit -n`.
    for (const name of named(setting).filter((one) => /^[A-Z_]+$/.test(one))) {
      const { default: value } = variables[name as VariableName];
      expect(defaultText.replaceAll(',', '')).toBe(String(value));
    }
    const reasons = Object.values(closeReasons).map(({ name }) => name as string);
    for (const name of named(metric)) {
      const [family = '', label] = name.split('=');
      expect(metrics).toContain(family);
      expect(label === undefined || label in errorTable || reasons.includes(label)).toBe(true);
    }
    expect(refusal).not.toBe('');
  });
});
