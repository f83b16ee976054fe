import { closeReasons, type Connection } from '@fedistream/delivery';
import { jitter } from '@fedistream/util';
import type { ConnectionCloser } from './connection-closer.js';

const batchIntervalMs = 100;

/**
 * Closes connections and tells their clients to reconnect, in random order and in batches over a window, so that clients do
 * not reconnect all at once. The first batch is closed at once.
 *
 * @param all is emptied
 * @param windowMs how long it takes, in milliseconds; 0 closes all in one batch
 */
export async function closeGradually(closer: ConnectionCloser, all: Connection[], windowMs: number): Promise<void> {
  const connections = shuffled(all);
  const size = Math.ceil(connections.length / Math.max(1, Math.ceil(windowMs / batchIntervalMs)));
  const intervalMs = windowMs / Math.ceil(connections.length / size);
  while (connections.length > 0) {
    closer.close(connections.splice(0, size), closeReasons.restart);
    if (connections.length > 0) {
      await delay(jitter(0.5 * intervalMs, 1.5 * intervalMs));
    }
  }
  await closer.idle();
}

/** Settles after so many milliseconds. */
export function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

/** A random order (Fisher and Yates). */
function shuffled<T>(values: T[]): T[] {
  for (let last = values.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    [values[last], values[other]] = [values[other] as T, values[last] as T];
  }
  return values;
}
