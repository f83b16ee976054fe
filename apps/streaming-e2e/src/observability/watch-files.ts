import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { dashboardSchema, type Dashboard } from './dashboard-schema.js';

/** The root of the workspace. */
export const workspace = join(import.meta.dirname, '..', '..', '..', '..');
/** Where rules and dashboards lie. */
export const folder = join(workspace, 'docker', 'observability');

const rulesSchema = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string(),
          expr: z.string(),
          for: z.string().optional(),
          labels: z.strictObject({ severity: z.enum(['critical', 'warning', 'info']) }),
          annotations: z.strictObject({ summary: z.string(), description: z.string(), runbook: z.string() }),
        }),
      ),
    }),
  ),
});

/** An alert rule. */
export type AlertRule = z.infer<typeof rulesSchema>['groups'][number]['rules'][number];

/** All alert rules. @throws ZodError when the file has another form */
export function alertRules(): AlertRule[] {
  const rules: unknown = parse(readFileSync(join(folder, 'alerts.yaml'), 'utf8'));
  return rulesSchema.parse(rules).groups.flatMap((group) => group.rules);
}

/** The alerts that have a test. */
export function testedAlerts(): string[] {
  const tests = parse(readFileSync(join(folder, 'alerts.test.yaml'), 'utf8')) as {
    readonly tests: readonly { readonly name: string }[];
  };
  return tests.tests.map(({ name }) => name);
}

/** The file names of the dashboards. */
export const dashboardFiles = readdirSync(join(folder, 'dashboards'));

/** Reads a dashboard. @throws ZodError when it is none */
export function dashboard(file: string): Dashboard {
  const json: unknown = JSON.parse(readFileSync(join(folder, 'dashboards', file), 'utf8'));
  return dashboardSchema.parse(json);
}

/** Every expression of a dashboard. */
export function expressionsOf({ panels, annotations, templating }: Dashboard): string[] {
  return [
    ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...annotations.list.map(({ expr }) => expr),
    ...templating.list.flatMap(({ query }) =>
      typeof query === 'string' ? [] : [/^label_values\((.+), \w+\)$/.exec(query.query)?.[1] ?? query.query],
    ),
  ];
}

/** The text of a page. */
export const page = (name: string) => readFileSync(join(workspace, 'docs', name), 'utf8');
