import type { StreamCounters, StreamDefinition, StreamRegistry } from '@fedistream/stream-kit/server';
import type { DeliveryStatistics } from '@fedistream/delivery';
import type { Metric, MetricValues } from './metric.js';

/** What is measured for each stream, for the team that owns it. */
export function streamMetrics(registry: StreamRegistry, delivery: DeliveryStatistics): readonly Metric[] {
  const labels = ['stream', 'owner'];
  const each = (read: (definition: StreamDefinition, counters: StreamCounters) => number): (() => MetricValues) => {
    return () =>
      registry.definitions.map((definition) => [
        labelsOf(definition),
        read(definition, registry.statistics.of(definition.names[0] ?? '')),
      ]);
  };
  return [
    {
      kind: 'gauge',
      name: 'fedistream_stream_subscriptions',
      help: 'Subscriptions open now, under all names of a stream',
      labels,
      read: each(({ names }) => names.reduce((sum, name) => sum + subscriptionsOf(delivery, name), 0)),
    },
    {
      kind: 'counter',
      name: 'fedistream_stream_failures_total',
      help: "Failures of a stream's own functions",
      labels: [...labels, 'function'],
      read: () =>
        registry.definitions.flatMap((definition) =>
          Array.from(
            registry.statistics.of(definition.names[0] ?? '').failures,
            ([method, count]) => [{ ...labelsOf(definition), function: method }, count] as const,
          ),
        ),
    },
    {
      kind: 'counter',
      name: 'fedistream_stream_parameters_ignored_total',
      help: 'Requests with parameters that the stream does not know, or with values behind the first',
      labels,
      read: each((_, counters) => counters.ignoredParameters),
    },
    {
      kind: 'counter',
      name: 'fedistream_stream_events_undeclared_total',
      help: 'Events dropped because the stream does not declare their name',
      labels,
      read: each((_, counters) => counters.undeclaredEvents),
    },
    {
      kind: 'counter',
      name: 'fedistream_stream_withdrawn_total',
      help: 'Subscriptions ended because authorize no longer allows them',
      labels,
      read: each((_, counters) => counters.withdrawn),
    },
  ];
}

function labelsOf({ names, module }: StreamDefinition): Readonly<Record<string, string>> {
  return { stream: names[0] ?? '', owner: module.owner };
}

function subscriptionsOf(delivery: DeliveryStatistics, name: string): number {
  return (['websocket', 'eventsource'] as const).reduce(
    (sum, type) => sum + (delivery.of(type).subscriptions.get(name) ?? 0),
    0,
  );
}
