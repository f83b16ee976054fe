import { Logger } from '@nestjs/common';
import { openSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DescriptorMonitor } from './descriptor-monitor.js';

const error = vi.fn();
let monitor: DescriptorMonitor;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Logger.prototype, 'error').mockImplementation(error.mockClear());
  monitor = new DescriptorMonitor();
});

afterEach(() => {
  monitor.onApplicationShutdown();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const failWith = (code: string) => () => {
  throw Object.assign(new Error(code), { code });
};

describe('the monitor of file descriptors', () => {
  it.each([
    ['EMFILE', 'this process'],
    ['ENFILE', 'this machine'],
  ])('counts and logs %s, once for an outage', (code, whose) => {
    for (let second = 0; second < 5; second++) {
      monitor.probe(failWith(code));
    }
    expect(monitor.exhausted).toBe(5);
    expect(error).toHaveBeenCalledOnce();
    expect(error).toHaveBeenCalledWith(expect.stringMatching(new RegExp(`${code}.*raise the limit of ${whose}`)));
  });

  it('opens a descriptor each second, closes it, and stops with the application', () => {
    const before = openAndClose();
    const probe = vi.spyOn(monitor, 'probe');
    monitor.onApplicationBootstrap();
    vi.advanceTimersByTime(10_000);
    expect(probe).toHaveBeenCalledTimes(10);
    monitor.onApplicationShutdown();
    vi.advanceTimersByTime(10_000);
    expect(probe).toHaveBeenCalledTimes(10);
    expect(openAndClose()).toBe(before);
    expect(monitor.exhausted).toBe(0);
  });

  it('ignores other errors', () => {
    monitor.probe(failWith('EACCES'));
    expect(monitor.exhausted).toBe(0);
    expect(error).not.toHaveBeenCalled();
  });
});

/** The lowest free descriptor. */
function openAndClose(): number {
  let free = -1;
  monitor.probe(() => (free = openSync('/dev/null', 'r')));
  return free;
}
