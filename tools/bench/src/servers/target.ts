import { residentBytes } from '../figures/memory.js';
import type { MeasuredServer } from './measured-server.js';

/** A server that runs already, of any make. It is neither started nor stopped, and keeps running between rounds. */
export function runningTarget(url: URL, pids: readonly number[]): MeasuredServer {
  const port = Number(url.port === '' ? 80 : url.port);
  return {
    name: 'target',
    rules: true,
    tokenOf: ({ token }) => token,
    start: () =>
      Promise.resolve({
        address: { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port },
        pids,
        isWarm: true,
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
