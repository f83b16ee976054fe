import { concatMap, defer, interval, type Observable } from 'rxjs';
import { DemoScript } from './demo-script.js';
import { seededRandom } from './random.js';
import type { DemoMessage } from './demo-message.js';

/** Options of the demo. */
export interface DemoOptions {
  /** The time between two steps, in ms. */
  readonly intervalMs: number;
  /** The same seed and the same clock give the same messages. Default: another sequence each time. */
  readonly seed?: number;
  /** The clock, in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
}

/**
 * The messages of a small platform, on the channels of all streams, in the order in which they MUST be published. The sequence
 * restarts for each subscriber, never completes and never fails.
 */
export function demoMessages({ intervalMs, seed, now = Date.now }: DemoOptions): Observable<DemoMessage> {
  return defer(() => {
    const script = new DemoScript(seededRandom(seed ?? now()), now);
    return interval(intervalMs).pipe(concatMap(() => script.next()));
  });
}

/** The first steps of the demo at once, one array of messages for each step. */
export function demoSteps(count: number, seed: number, now: () => number): DemoMessage[][] {
  const script = new DemoScript(seededRandom(seed), now);
  return Array.from({ length: count }, () => script.next());
}
