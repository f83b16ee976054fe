import { describe, expect, it } from 'vitest';

import { ratioOf, ratioText, serverAndDatabase } from './summary.js';
import { report } from './report.js';
import type { Figures } from '../measure/figures.js';
import type { ScenarioResult } from '../run.js';

const figures = (server: number, postgres?: number): Figures => ({
  cpu: { server, postgres },
  deliveries: 1_000,
  latency: { p50: 1, p95: 2, p99: 3 },
  errors: { lost: 1, extra: 0, closed: 0, unexpected: [] },
});

const result: ScenarioResult = {
  scenario: 'public',
  group: 'batched',
  measures: 'deliveries',
  transport: 'ws',
  sizes: { clients: 1, events: 1, perSecond: 1, burst: 1, warmUp: 1 },
  server: [figures(10, 2), figures(20, 2), figures(11, 2)],
  baselines: { floor: [figures(10), figures(20), figures(10)], naive: [] },
  profiles: [],
};

describe('the report', () => {
  it('divides the CPU time of server and database by that of the baseline in the same round', () => {
    const ratio = ratioOf(result, 'floor', serverAndDatabase('cpu'));
    expect(ratio).toEqual({ median: 1.2, min: 1.1, max: 1.3 });
    expect(ratioText(ratio)).toBe('1.20 (1.10-1.30)');
  });

  it('has no ratio without a baseline, or when its figure is zero', () => {
    const ratioTo = (floor: Figures[]) =>
      ratioOf({ ...result, baselines: { floor, naive: [] } }, 'floor', serverAndDatabase('cpu'));
    expect(ratioTo([])).toBeUndefined();
    expect(ratioTo([figures(0)])).toBeUndefined();
  });

  it('shows medians, ratio, latencies and the sum of lost events, and leaves out columns without figures', () => {
    const [row] = report([result])
      .split('\n')
      .filter((line) => line.startsWith('public  '));
    expect(row).toMatch(/^public +ws +1000 +11 +2 +10 +1\.20 \(1\.10-1\.30\) +1\/2\/3 +3 +3 +0 +0$/);
  });

  it('warns when a baseline lost events', () => {
    expect(report([result])).toContain('public ws: the floor server lost 3; its figures are void');
  });

  it('shows why a scenario failed', () => {
    expect(report([{ ...result, server: [], failure: 'no answer' }])).toMatch(/public ws failed: no answer/);
  });
});
