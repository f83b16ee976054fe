import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client';

/**
 * How often the event loop's delay is sampled. The 10 ms of prom-client wake an idle process a hundred times a second, which
 * takes 0.4 % of a core: as much as the pings of 5,000 clients.
 */
const samplePeriodMs = 50;

/** prom-client samples as soon as it has the metrics; it is left with one sample a day. */
const rarely = { eventLoopMonitoringPrecision: 86_400_000 } as const;

/** The statistics of the delays, by the middle of the metric's name: help text, and value in nanoseconds. */
const statistics: Readonly<Record<string, readonly [help: string, read: (delays: IntervalHistogram) => number]>> = {
  min: ['The minimum recorded event loop delay.', ({ min }) => min - samplePeriodMs * 1e6],
  max: ['The maximum recorded event loop delay.', ({ max }) => max - samplePeriodMs * 1e6],
  mean: ['The mean of the recorded event loop delays.', ({ mean }) => mean - samplePeriodMs * 1e6],
  stddev: ['The standard deviation of the recorded event loop delays.', ({ stddev }) => stddev],
  p50: ['The 50th percentile of the recorded event loop delays.', percentile(50)],
  p90: ['The 90th percentile of the recorded event loop delays.', percentile(90)],
  p99: ['The 99th percentile of the recorded event loop delays.', percentile(99)],
};

/**
 * Adds prom-client's default metrics. Those of the event loop's delay have its names, are sampled less often, and hold the
 * delay alone: prom-client's contain the time between two samples. Each scrape tells of the time since the one before.
 */
export function collectDefaultMetricsCheaply(registry: Registry): void {
  collectDefaultMetrics({ register: registry, ...rarely });
  const delays = monitorEventLoopDelay({ resolution: samplePeriodMs });
  delays.enable();
  const gauges: { readonly gauge: Gauge; readonly read: (delays: IntervalHistogram) => number }[] = [];
  const collect = (): void => {
    for (const { gauge, read } of gauges) {
      gauge.set(delays.count === 0 ? 0 : Math.max(0, read(delays)) / 1e9);
    }
    delays.reset();
  };
  for (const [statistic, [help, read]] of Object.entries(statistics)) {
    const name = `nodejs_eventloop_lag_${statistic}_seconds`;
    registry.removeSingleMetric(name);
    // A registry collects its metrics in their order, so the first one sets them all.
    const first = gauges.length === 0 ? { collect } : {};
    gauges.push({ gauge: new Gauge({ name, help, registers: [registry], ...first }), read });
  }
}

function percentile(percent: number): (delays: IntervalHistogram) => number {
  return (delays) => delays.percentile(percent) - samplePeriodMs * 1e6;
}
