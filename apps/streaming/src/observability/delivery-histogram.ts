import type { Metric, Registry } from 'prom-client';
import { deliveryBounds, type DeliveryTimes } from './delivery-times.js';

const name = 'fedistream_delivery_seconds';

/**
 * Adds the histogram of delivery times. prom-client's own histogram looks its labels up for each observation, which costs as
 * much as decoding a small event; a registry takes any object that has a metric's members.
 */
export function registerDeliveryTimes(registry: Registry, times: DeliveryTimes): void {
  const histogram = {
    name,
    help: 'Time from the receipt of an event until it was handed to the sockets of its clients, by stream',
    type: 'histogram',
    aggregator: 'sum',
    get: () => Promise.resolve({ ...histogram, values: valuesOf(times) }),
    reset: () => undefined,
  };
  registry.registerMetric(histogram as unknown as Metric);
}

function valuesOf({ byStream }: DeliveryTimes) {
  return [...byStream].flatMap(([stream, { counts, sumSeconds }]) => {
    let total = 0;
    const buckets = counts.map((count, index) => {
      total += count;
      return { metricName: `${name}_bucket`, labels: { stream, le: deliveryBounds[index] ?? '+Inf' }, value: total };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels: { stream }, value: sumSeconds },
      { metricName: `${name}_count`, labels: { stream }, value: total },
    ];
  });
}
