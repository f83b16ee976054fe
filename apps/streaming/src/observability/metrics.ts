import { Injectable, Optional } from '@nestjs/common';
import { AudienceStatistics } from '@fedistream/audience';
import { AuthStatistics } from '@fedistream/auth';
import { DatabasePool } from '@fedistream/database';
import { DeliveryStatistics } from '@fedistream/delivery';
import { BusStatistics, EventBus, Broker } from '@fedistream/event-bus';
import { HistoryStatistics } from '@fedistream/history';
import { RedisStatistics } from '@fedistream/redis';
import { StreamRegistry } from '@fedistream/stream-kit/server';
import { Counter, Gauge, Registry } from 'prom-client';
import { ClientInputs } from '../connections/client-input.js';
import { DescriptorReserve } from '../connections/descriptor-reserve.js';
import { audienceMetrics } from './audience-metrics.js';
import { clientMetrics } from './client-metrics.js';
import { dependencyMetrics } from './dependency-metrics.js';
import { registerDeliveryTimes } from './delivery-histogram.js';
import { DeliveryTimes } from './delivery-times.js';
import { DescriptorMonitor } from './descriptor-monitor.js';
import { historyMetrics } from './history-metrics.js';
import { mastodonMetrics } from './mastodon-metrics.js';
import type { Metric } from './metric.js';
import { collectProcessMetrics } from './process-metrics.js';
import { streamMetrics } from './stream-metrics.js';
import { RefusalLog } from './refusal-log.js';

const documentedPrefix = 'mastodon_streaming_';

/** The content type of Prometheus' text format. */
export const metricsContentType = Registry.PROMETHEUS_CONTENT_TYPE;

/** All metrics as Prometheus text. */
@Injectable()
export class Metrics {
  /** The metrics of Mastodon's server. */
  readonly #mastodon = new Registry();
  /** This server's own metrics, and those of the process. */
  readonly #own = new Registry();

  constructor(
    audience: AudienceStatistics,
    auth: AuthStatistics,
    pool: DatabasePool,
    delivery: DeliveryStatistics,
    received: BusStatistics,
    bus: EventBus,
    broker: Broker,
    registry: StreamRegistry,
    refusals: RefusalLog,
    descriptors: DescriptorMonitor,
    inputs: ClientInputs,
    reserve: DescriptorReserve,
    times: DeliveryTimes,
    /** Absent for the in-memory broker. */
    @Optional() redis: RedisStatistics = new RedisStatistics(),
    /** Absent without a history. */
    @Optional() history?: HistoryStatistics,
  ) {
    register(this.#mastodon, mastodonMetrics({ delivery, received, bus, pool, registry }));
    register(this.#own, dependencyMetrics({ broker, pool, received, redis }));
    register(this.#own, clientMetrics({ auth, delivery, descriptors, inputs, refusals, reserve }));
    register(this.#own, audienceMetrics(audience));
    register(this.#own, streamMetrics(registry, delivery));
    if (history !== undefined) {
      register(this.#own, historyMetrics(history));
    }
    registerDeliveryTimes(this.#own, times);
    collectProcessMetrics(this.#own);
  }

  /** All metrics. Mastodon's appear twice: with the names of its server, and with the prefix of its documentation. */
  async text(): Promise<string> {
    const plain = await this.#mastodon.metrics();
    const prefixed = plain.replace(/^(# (?:HELP|TYPE) )?(?=[a-z])/gm, `$1${documentedPrefix}`);
    return `${plain}\n${prefixed}\n${await this.#own.metrics()}`;
  }
}

function register(registry: Registry, metrics: readonly Metric[]): void {
  for (const { kind, name, help, labels, read } of metrics) {
    const options = { name, help, labelNames: [...labels], registers: [registry] };
    if (kind === 'gauge') {
      new Gauge({
        ...options,
        collect() {
          for (const [values, value] of read()) {
            this.set(values, value);
          }
        },
      });
    } else {
      new Counter({
        ...options,
        collect() {
          this.reset();
          for (const [values, value] of read()) {
            this.inc(values, value);
          }
        },
      });
    }
  }
}
