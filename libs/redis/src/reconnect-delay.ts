import { backoff } from '@fedistream/util';

/** The pause before the next attempt to connect, in milliseconds; `attempt` counts from 1. Attempts never end. */
export function reconnectDelay(attempt: number): number {
  return Math.round(backoff(attempt, { firstMs: 100, longestMs: 5_000 }));
}
