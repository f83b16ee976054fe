import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';

import { cpuTime, nameOf, parentOf } from './cpu.js';

/** Uses 0.1 s of user time by its own clock, then sends a message and waits. */
const busy = `
  const began = process.cpuUsage();
  while (process.cpuUsage(began).user < 100_000) {
    for (let work = 0, sum = 0; work < 1e6; work++) sum += Math.sqrt(work);
  }
  process.send('done');
  process.on('disconnect', () => process.exit());`;
const parentOfBusy = `
  require('node:child_process')
    .spawn(process.execPath, ['-e', ${JSON.stringify(busy)}], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    .once('message', () => process.send('done'));`;

describe('the CPU time of a process', () => {
  it('includes that of its descendants', async () => {
    const child = spawn(process.execPath, ['-e', parentOfBusy], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    try {
      await once(child, 'message');
      const { user, system } = cpuTime(child.pid!)!;
      expect(user + system).toBeGreaterThanOrEqual(90_000);
      expect(user).toBeGreaterThan(system);
      expect(parentOf(child.pid!)).toBe(process.pid);
    } finally {
      child.kill();
    }
  });

  it('is unknown for a process that is not there', () => {
    expect(cpuTime(2 ** 22 + 1)).toBeUndefined();
    expect(nameOf(2 ** 22 + 1)).toBeUndefined();
  });
});
