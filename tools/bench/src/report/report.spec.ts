import { describe, expect, it } from 'vitest';

import { ratioOf, ratioText, serverAndDatabase } from './summary.js';
import { report } from './report.js';
import type { Figures } from '../measure/figures.js';
import type { ScenarioResult } from '../run.js';

const figures = (server: number, postgres?: number): Figures => ({
  cpu: { server, postgres },
  deliveries: 1_000,
  latency: { p50: 1, p95: 2, p99: 3 },
  errors: { lost: 1, extra: 0, closed: 0, strangers: [] },
});

const result: ScenarioResult = {
  scenario: 'public',
  measures: 'deliveries',
  transport: 'ws',
  sizes: { clients: 1, events: 1, perSecond: 1, burst: 1 },
  server: [figures(10, 2), figures(20, 2), figures(11, 2)],
  bare: [figures(10), figures(20), figures(10)],
};

describe('the report', () => {
  it('compares server and database to the bare server of the same round', () => {
    const ratio = ratioOf(result, serverAndDatabase);
    expect(ratio).toEqual({ median: 1.2, min: 1.1, max: 1.3 });
    expect(ratioText(ratio)).toBe('1.20 (1.10-1.30)');
  });

  it('has no ratio where there is nothing to divide by', () => {
    expect(ratioOf({ ...result, bare: [] }, serverAndDatabase)).toBeUndefined();
    expect(ratioOf({ ...result, bare: [figures(0)] }, serverAndDatabase)).toBeUndefined();
  });

  it('shows medians, ratio, latencies and the sum of what was lost', () => {
    const lines = report([{ ...result, bare: [] }]).split('\n');
    expect(lines.at(-1)).toMatch(/^public +ws +1000 +11 +2 +- +- +- +1\/2\/3 +- +3 +0 +0$/);
  });

  it('names what failed', () => {
    expect(report([{ ...result, server: [], bare: [], failure: 'no answer' }])).toMatch(/public ws failed: no answer/);
  });
});
