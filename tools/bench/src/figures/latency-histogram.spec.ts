import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { LatencyHistogram } from './latency-histogram.js';

describe('a latency histogram', () => {
  it('gives quantiles within 2 % of the exact ones', () => {
    const values = fc.array(fc.integer({ min: 100, max: 600_000_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(values, fc.constantFrom(0.5, 0.95, 0.99), (latencies, part) => {
        const histogram = new LatencyHistogram();
        latencies.forEach((latency) => {
          histogram.record(latency);
        });
        const exact = [...latencies].sort((a, b) => a - b)[Math.ceil(part * latencies.length) - 1]!;
        expect(Math.abs(histogram.quantile(part) - exact) / exact).toBeLessThan(0.02);
      }),
    );
  });

  it('counts what another process has counted', () => {
    const [one, other] = [new LatencyHistogram(), new LatencyHistogram()];
    one.record(10);
    other.record(1_000_000);
    one.merge(other.counts);
    expect(one.quantile(0.5)).toBe(11);
    expect(one.quantile(1)).toBeGreaterThanOrEqual(1_000_000);
  });

  it('has no quantiles without values', () => {
    expect(new LatencyHistogram().quantile(0.5)).toBeNaN();
  });
});
