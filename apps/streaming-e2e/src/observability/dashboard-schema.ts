import { z } from 'zod';

const columns = 24;
const dataSource = z.strictObject({ type: z.literal('prometheus'), uid: z.literal('${datasource}') });

const target = z.strictObject({
  refId: z.string().regex(/^[A-Z]$/),
  datasource: dataSource,
  editorMode: z.literal('code'),
  expr: z.string().min(1),
  legendFormat: z.string().min(1),
  range: z.boolean(),
});

const panel = z.strictObject({
  id: z.int().positive(),
  type: z.enum(['timeseries', 'stat']),
  title: z.string().min(1),
  description: z.string().min(1),
  datasource: dataSource,
  gridPos: z
    .strictObject({ x: z.int().min(0), y: z.int().min(0), w: z.int().positive(), h: z.int().positive() })
    .refine(({ x, w }) => x + w <= columns, `A panel ends within the ${columns} columns`),
  fieldConfig: z.strictObject({
    defaults: z.strictObject({
      unit: z.enum(['none', 'short', 'cps', 's', 'bytes', 'percentunit']),
      min: z.number(),
      mappings: z
        .array(
          z.strictObject({
            type: z.literal('value'),
            options: z.record(z.string(), z.strictObject({ text: z.string(), color: z.string() })),
          }),
        )
        .optional(),
    }),
    overrides: z.array(z.never()),
  }),
  options: z.union([
    z.strictObject({
      reduceOptions: z.strictObject({ calcs: z.array(z.literal('lastNotNull')) }),
      colorMode: z.literal('value'),
    }),
    z.strictObject({
      legend: z.strictObject({ displayMode: z.literal('list'), placement: z.literal('bottom') }),
      tooltip: z.strictObject({ mode: z.literal('multi'), sort: z.literal('desc') }),
    }),
  ]),
  targets: z.array(target).min(1),
});

const variable = z.union([
  z.strictObject({
    name: z.literal('datasource'),
    label: z.string(),
    type: z.literal('datasource'),
    query: z.literal('prometheus'),
  }),
  z.strictObject({
    name: z.string(),
    label: z.string(),
    type: z.literal('query'),
    datasource: dataSource,
    query: z.strictObject({ query: z.string(), refId: z.string() }),
    refresh: z.literal(2),
    includeAll: z.boolean(),
    multi: z.boolean(),
    allValue: z.string(),
    current: z.strictObject({ text: z.string(), value: z.string() }),
  }),
]);

/**
 * What the dashboards use of Grafana's dashboard model, and nothing else: a misspelled member is an error here, while
 * Grafana ignores it. https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/
 */
export const dashboardSchema = z.strictObject({
  uid: z.string().regex(/^[a-zA-Z0-9_-]{1,40}$/),
  title: z.string().min(1),
  description: z.string(),
  tags: z.array(z.string()),
  schemaVersion: z.int().min(36),
  version: z.int(),
  editable: z.boolean(),
  timezone: z.enum(['browser', 'utc']),
  refresh: z.string().regex(/^\d+[smh]$/),
  time: z.strictObject({ from: z.string(), to: z.string() }),
  links: z.array(
    z.strictObject({
      type: z.literal('dashboards'),
      title: z.string(),
      tags: z.array(z.string()),
      asDropdown: z.boolean(),
      keepTime: z.boolean(),
    }),
  ),
  templating: z.strictObject({ list: z.array(variable) }),
  annotations: z.strictObject({
    list: z.array(
      z.strictObject({
        name: z.string(),
        enable: z.boolean(),
        iconColor: z.string(),
        datasource: dataSource,
        expr: z.string(),
        titleFormat: z.string(),
      }),
    ),
  }),
  panels: z.array(panel).min(1),
});

/** A dashboard. */
export type Dashboard = z.infer<typeof dashboardSchema>;
