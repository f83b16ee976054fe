import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';

import { scenarios } from './scenarios.js';
import type { Measured } from './scenarios.js';
import type { ScenarioResult } from './run.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const program = `${root}tools/bench/dist/main.js`;
const number = expect.any(Number) as number;

/** The figures that each kind of measurement gives. */
const expected: Readonly<Record<Measured, object>> = {
  deliveries: { deliveries: number, cpu: { server: number } },
  connections: { connecting: { p99: number }, cpu: { server: number } },
  idle: { idle: { server: number }, residentKb: number, heapKb: number },
  scrape: { cpu: { server: number }, blockMs: number, answerMs: number },
  throughput: { perSecond: number, cores: number },
};
const withinMs = 240_000;

/** The benchmark starts programs of its own and the server, so it needs what `npm run build` builds. */
async function bench(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [program, ...args], { cwd: root, maxBuffer: 64 * 1_024 * 1_024 });
}

describe('a smoke run of the benchmark', () => {
  let results: ScenarioResult[];

  beforeAll(async () => {
    for (const built of [program, `${root}apps/streaming/dist/main.js`]) {
      if (!existsSync(built)) {
        throw new Error(`${built} is missing: npm run build`);
      }
    }
    const { stdout } = await bench('--smoke', '--json', '-');
    ({ results } = JSON.parse(stdout) as { results: ScenarioResult[] });
  }, withinMs);

  it('measures every scenario over its transports', () => {
    const measured = results.map(({ scenario, transport }) => `${scenario} ${transport}`);
    expect(measured).toEqual(scenarios.flatMap(({ name, transports }) => transports.map((via) => `${name} ${via}`)));
    expect(results.map(({ failure }) => failure).filter(Boolean)).toEqual([]);
  });

  it('counts no lost, extra or unexpected event, for the server and both baselines', () => {
    for (const { scenario, transport, server, baselines } of results) {
      for (const { errors } of [...server, ...baselines.floor, ...baselines.naive]) {
        const none = { lost: 0, extra: 0, closed: 0, unexpected: [] };
        expect({ scenario, transport, errors }).toEqual({ scenario, transport, errors: errors && none });
      }
    }
  });

  it('has the figures of each kind of scenario', () => {
    for (const { measures, server, baselines } of results) {
      const rounds = [...server, ...baselines.floor, ...baselines.naive];
      expect(rounds).toHaveLength(measures === 'scrape' ? 1 : 3);
      for (const figures of rounds) {
        expect(figures).toMatchObject(expected[measures]);
      }
    }
  });

  it('refuses a wrong option in one line and with exit code 1', async () => {
    await expect(bench('--scenario', 'nothing')).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^bench: --scenario 'nothing' is not one of [^\n]*\n$/) as string,
    });
  });
});
