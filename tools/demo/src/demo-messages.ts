import { concatMap, defer, interval, type Observable } from 'rxjs';
import { DemoScript } from './demo-script.js';
import { seededRandom } from './random.js';
import type { DemoMessage } from './demo-message.js';

/** How the demo plays. */
export interface DemoOptions {
  /** The time between two scenes, in milliseconds. */
  readonly intervalMs: number;
  /** The same seed and the same clock give the same messages. Default: another sequence each time. */
  readonly seed?: number;
  /** The clock, in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
}

/**
 * The live demo: what a small platform publishes while people talk, on the channels of all streams, in the order to
 * publish it in. Starts anew for each subscriber, never completes, never fails.
 */
export function demoMessages({ intervalMs, seed, now = Date.now }: DemoOptions): Observable<DemoMessage> {
  return defer(() => {
    const script = new DemoScript(seededRandom(seed ?? now()), now);
    return interval(intervalMs).pipe(concatMap(() => script.next()));
  });
}

/** The first scenes of the demo at once, for tests and for looking at them: one array of messages for each scene. */
export function demoScenes(count: number, seed: number, now: () => number): DemoMessage[][] {
  const script = new DemoScript(seededRandom(seed), now);
  return Array.from({ length: count }, () => script.next());
}
