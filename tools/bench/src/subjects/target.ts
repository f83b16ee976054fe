import { residentBytes } from '../figures/memory.js';
import type { Subject } from './subject.js';

/** A server that runs already, of whatever make: it is neither started nor stopped, and keeps running between rounds. */
export function runningTarget(url: URL, pids: readonly number[]): Subject {
  const port = Number(url.port === '' ? 80 : url.port);
  return {
    name: 'target',
    rules: true,
    isNew: false,
    tokenOf: ({ token }) => token,
    start: () =>
      Promise.resolve({
        address: { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port },
        pids,
        memory: () => Promise.resolve(totalMemory(pids)),
        stop: () => Promise.resolve(),
      }),
  };
}

function totalMemory(pids: readonly number[]): { resident: number } | undefined {
  const sizes = pids.map(residentBytes);
  const known = sizes.filter((size) => size !== undefined);
  return known.length === 0 ? undefined : { resident: known.reduce((sum, size) => sum + size, 0) };
}
