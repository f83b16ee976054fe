import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { closeReasons } from '@fedistream/delivery';
import { errorTable } from '@fedistream/domain';
import { describe, expect, it } from 'vitest';
import { readExpression } from './promql.js';
import { alertRules, dashboard, dashboardFiles, expressionsOf, folder, page, testedAlerts } from './watch-files.js';

const run = promisify(execFile);
const rules = alertRules();
const names = rules.map(({ alert }) => alert);
const runbook = page('runbook.md');

/** The headings of one level. */
const headings = (level: string) => runbook.split('\n').flatMap((line) => line.split(`${level} `).slice(1, 2));

/** The first cells of the table under a heading. */
function firstCells(heading: string): string[] {
  const [section = ''] = runbook.split(`\n## ${heading}\n`).slice(1);
  const [own = ''] = section.split('\n## ', 1);
  return [...own.matchAll(/^\| `(\w+)` /gm)].map(([, cell = '']) => cell);
}

describe('the alert rules', () => {
  it.for([
    ['check', 'rules', 'alerts.yaml'],
    ['test', 'rules', 'alerts.test.yaml'],
    ['check', 'config', 'prometheus.yaml'],
  ])('pass promtool %s %s %s', async ([verb = '', kind = '', file = ''], test) => {
    try {
      await run('promtool', ['--version']);
    } catch {
      test.skip('promtool is not installed (Debian, Ubuntu: apt-get install prometheus)');
    }
    const { stdout, stderr } = await run('promtool', [verb, kind, join(folder, file)]);
    expect(`${stdout}${stderr}`).toContain('SUCCESS');
  });

  it('are each tested', () => {
    expect(testedAlerts().sort()).toEqual(['a healthy server', ...names].sort());
  });

  it.each(rules)('have an expression that can be parsed: $alert', ({ expr }) => {
    expect(readExpression(expr)).toMatchObject({ isValid: true });
  });
});

describe('the runbook', () => {
  it('has a section for each alert, and for no other', () => {
    expect(headings('###')).toEqual(names);
    expect(rules.map(({ annotations }) => annotations.runbook)).toEqual(
      names.map((name) => `docs/runbook.md#${name.toLowerCase()}`),
    );
  });

  it('explains every refusal', () => {
    expect(firstCells('Each refusal').sort()).toEqual(Object.keys(errorTable).sort());
  });

  it('explains every reason why a connection ends, with its code', () => {
    const reasons = Object.values(closeReasons).map(({ name }) => name);
    expect(firstCells('Each reason why a connection ends').sort()).toEqual([...reasons].sort());
    for (const reason of Object.values(closeReasons)) {
      const code = 'code' in reason ? String(reason.code) : '';
      expect(runbook).toMatch(new RegExp(`^\\| \`${reason.name}\` +\\| ${code} *\\|`, 'm'));
    }
  });
});

describe.each(dashboardFiles)('the dashboard %s', (file) => {
  it('has the form that Grafana reads', () => {
    expect(`${dashboard(file).uid}.json`).toBe(file);
  });

  it('has expressions that can be parsed', () => {
    const wrong = expressionsOf(dashboard(file)).filter((expression) => !readExpression(expression).isValid);
    expect(wrong).toEqual([]);
  });

  it('has panels that do not overlap', () => {
    const cells = dashboard(file).panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)} ${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    const ids = dashboard(file).panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
