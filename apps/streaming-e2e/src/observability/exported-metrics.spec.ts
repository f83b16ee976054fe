import { statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { httpRequest, openTestEnvironment, type RedisTestEnvironment } from '../support/index.js';
import { readExpression } from './promql.js';
import { alertRules, dashboard, dashboardFiles, expressionsOf, page } from './watch-files.js';

/** Prometheus makes it for each process that it scrapes. */
const ofPrometheus = ['up'];
/** Only Linux 6.2 and newer tell it without listing all descriptors. */
const openDescriptors = 'process_open_fds';
const hasOpenDescriptors = (statSync('/proc/self/fd', { throwIfNoEntry: false })?.size ?? 0) > 0;

describe('a running server exports every metric', () => {
  let environment: RedisTestEnvironment;
  let exported: ReadonlySet<string>;

  beforeAll(async () => {
    environment = await openTestEnvironment({ env: { HISTORY: 'on' } });
    const { body } = await httpRequest(environment.server.url('/metrics'));
    const types = [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
    exported = new Set([
      ...ofPrometheus,
      ...(hasOpenDescriptors ? [] : [openDescriptors]),
      ...types.flatMap(([, name = '', type]) =>
        type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`, name] : [name],
      ),
    ]);
  });

  afterAll(async () => {
    await environment.stop();
  });

  const missing = (metrics: readonly string[]) => metrics.filter((name) => !exported.has(name));

  it.each(alertRules())('of the alert $alert', ({ expr }) => {
    const { metrics } = readExpression(expr);
    expect(metrics).not.toEqual([]);
    expect(missing(metrics)).toEqual([]);
  });

  it.each(dashboardFiles)('of the dashboard %s', (file) => {
    const metrics = expressionsOf(dashboard(file)).flatMap((expression) => readExpression(expression).metrics);
    expect(missing(metrics)).toEqual([]);
  });

  it.each(['runbook.md', 'metrics.md'])('that docs/%s names', (file) => {
    const named = page(file).matchAll(/\b(?:fedistream|pg_pool|redis|nodejs_eventloop)_[a-z0-9_]+[a-z0-9]\b/g);
    const metrics = [...named].map(([name]) => name.replace(/_(?:bucket|sum|count)$/, ''));
    expect(metrics).not.toEqual([]);
    expect(missing(metrics)).toEqual([]);
  });

  it('and docs/metrics.md explains every one of this server’s own', () => {
    const text = page('metrics.md');
    const own = [...exported].filter((name) => /^fedistream_/.test(name) && !/_(bucket|sum|count)$/.test(name));
    expect(own.filter((name) => !text.includes(`\`${name}`))).toEqual([]);
  });
});
