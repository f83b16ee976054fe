import { LatencyHistogram } from '../figures/latency-histogram.js';
import type { Errors, Latency } from './figures.js';
import type { RoundResult } from './round.js';

/** The quantiles of the counts of a histogram. */
export function latencyOf(counts: Float64Array): Latency {
  const histogram = new LatencyHistogram();
  histogram.merge(counts);
  const ms = (part: number): number => histogram.quantile(part) / 1_000;
  return { p50: ms(0.5), p95: ms(0.95), p99: ms(0.99) };
}

/** What was wrong in a round. */
export function errorsOf({ check, tally }: RoundResult): Errors {
  return { lost: check.lost, extra: check.extra, closed: tally.closed, unexpected: tally.unexpected };
}
