import fs from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { collectProcessMetrics } from './process-metrics.js';

afterEach(() => {
  vi.restoreAllMocks();
});

function scrape(): Promise<string> {
  const registry = new Registry();
  collectProcessMetrics(registry);
  return registry.metrics();
}

describe('a scrape of the process metrics', () => {
  it('lists neither handles, requests nor descriptors, whose number grows with connections', async () => {
    const undocumented = process as unknown as Record<'_getActiveHandles' | '_getActiveRequests', () => unknown[]>;
    const spies = [
      vi.spyOn(process, 'getActiveResourcesInfo'),
      vi.spyOn(undocumented, '_getActiveHandles'),
      vi.spyOn(undocumented, '_getActiveRequests'),
      vi.spyOn(fs, 'readdirSync'),
      vi.spyOn(fs, 'readdir'),
    ];
    expect(await scrape()).toContain('process_cpu_seconds_total');
    for (const spy of spies) {
      expect(spy).not.toHaveBeenCalled();
    }
  });

  it('counts open descriptors where the kernel tells their number', async () => {
    const count = async () => Number(/^process_open_fds (\d+)$/m.exec(await scrape())?.[1]);
    const before = await count();
    if (Number.isNaN(before)) {
      expect(fs.statSync('/proc/self/fd', { throwIfNoEntry: false })?.size ?? 0).toBe(0);
      return;
    }
    const file = await open('/dev/null');
    expect(await count()).toBe(before + 1);
    await file.close();
  });

  it("has prom-client's metrics of the event loop, which tell its longest delay since the scrape before", async () => {
    const registry = new Registry();
    collectProcessMetrics(registry);
    const usual = new Registry();
    collectDefaultMetrics({ register: usual });
    const lagNames = (of: Registry) => of.getMetricsAsArray().flatMap(({ name }) => (/lag/.test(name) ? [name] : []));
    expect(lagNames(registry).sort()).toEqual(lagNames(usual).sort());
    const longest = async () => Number(/^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(await registry.metrics())?.[1]);
    // The first sample begins the measurement.
    await delay(200);
    block(300);
    await delay(200);
    const first = await longest();
    expect(first).toBeGreaterThan(0.2);
    await delay(200);
    expect(await longest()).toBeLessThan(first);
  });
});

/** Keeps the event loop busy. */
function block(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end;) {
    // Waits.
  }
}
