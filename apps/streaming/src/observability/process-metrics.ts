import { statSync } from 'node:fs';
import { Gauge, type Registry } from 'prom-client';
import { collectDefaultMetricsCheaply } from './event-loop-lag.js';

/** prom-client's metrics that list every handle, request or descriptor at each scrape: 24 ms at 5,000 connections. */
const costlyMetrics = [
  'nodejs_active_handles',
  'nodejs_active_handles_total',
  'nodejs_active_requests',
  'nodejs_active_requests_total',
  'nodejs_active_resources',
  'nodejs_active_resources_total',
  'process_open_fds',
];

/**
 * Adds prom-client's default metrics, without those whose cost grows with connections. `process_open_fds` is read from the
 * size of `/proc/self/fd` instead, which Linux 6.2 and newer report without listing it; elsewhere it is absent.
 */
export function collectProcessMetrics(registry: Registry): void {
  collectDefaultMetricsCheaply(registry);
  for (const name of costlyMetrics) {
    registry.removeSingleMetric(name);
  }
  if (openDescriptors() !== undefined) {
    new Gauge({
      name: 'process_open_fds',
      help: 'Number of open file descriptors.',
      registers: [registry],
      collect() {
        this.set(openDescriptors() ?? 0);
      },
    });
  }
}

function openDescriptors(): number | undefined {
  return statSync('/proc/self/fd', { throwIfNoEntry: false })?.size || undefined;
}
