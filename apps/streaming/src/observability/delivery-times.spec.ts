import { StreamEvent } from '@fedistream/domain';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { registerDeliveryTimes } from './delivery-histogram.js';
import { deliveryBounds, DeliveryTimes } from './delivery-times.js';

describe('the histogram of delivery times', () => {
  it('counts each event in every bucket that it fits into, by stream', async () => {
    const times = new DeliveryTimes();
    const registry = new Registry();
    registerDeliveryTimes(registry, times);
    const event = StreamEvent.of('update');
    for (const [stream, milliseconds] of [
      ['user', 0.5],
      ['user', 1],
      ['user', 1.5],
      ['public', 60_000],
    ] as const) {
      times.delivered({ event, stream, receivedAtMs: 1_000, decidedAtMs: 1_000, writtenAtMs: 1_000 + milliseconds });
    }
    const lines = (await registry.metrics()).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        '# TYPE fedistream_delivery_seconds histogram',
        'fedistream_delivery_seconds_bucket{stream="user",le="0.001"} 2',
        'fedistream_delivery_seconds_bucket{stream="user",le="0.0025"} 3',
        'fedistream_delivery_seconds_bucket{stream="user",le="+Inf"} 3',
        'fedistream_delivery_seconds_sum{stream="user"} 0.003',
        'fedistream_delivery_seconds_count{stream="user"} 3',
        'fedistream_delivery_seconds_bucket{stream="public",le="20"} 0',
        'fedistream_delivery_seconds_bucket{stream="public",le="+Inf"} 1',
      ]),
    );
    expect(lines.filter((line) => line.includes('_bucket'))).toHaveLength(2 * (deliveryBounds.length + 1));
  });
});
