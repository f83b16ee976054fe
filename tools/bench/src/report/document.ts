import { arch, cpus, release, totalmem } from 'node:os';

import { ratioOf, serverAndDatabase } from './summary.js';
import type { ScenarioResult } from '../run.js';

/** What the figures were taken on. */
export interface Machine {
  readonly date: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly kernel: string;
  readonly node: string;
}

/** This machine, now. */
export function machine(): Machine {
  const [first] = cpus();
  return {
    date: new Date().toISOString(),
    processor: first?.model ?? arch(),
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
  };
}

/** One line above the tables. */
export function machineLine({ date, processor, cores, memoryGib, node }: Machine): string {
  return `${date.slice(0, 10)}, ${cores} cores ${processor}, ${memoryGib} GiB, Node ${node}`;
}

/** A run as `--json` writes it: each round of each server, and the CPU ratios. */
export function document(about: Machine, rounds: number, results: readonly ScenarioResult[]): object {
  return {
    machine: about,
    rounds,
    results: results.map((result) => ({
      ...result,
      cpuRatio: {
        floor: ratioOf(result, 'floor', serverAndDatabase(partOf(result))),
        naive: ratioOf(result, 'naive', serverAndDatabase(partOf(result))),
      },
    })),
  };
}

function partOf({ measures }: ScenarioResult): 'cpu' | 'idle' {
  return measures === 'idle' ? 'idle' : 'cpu';
}
