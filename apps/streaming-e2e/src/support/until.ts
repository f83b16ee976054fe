import { setTimeout as delay } from 'node:timers/promises';

/** How long a test waits before it fails. Long, because a slow machine must not fail a test. */
export const defaultTimeoutMs = 30_000;

/**
 * Polls a condition of another process until it holds.
 *
 * @param what is expected, for the error message
 * @returns what `holds` returned, once that is neither `undefined` nor `false`
 */
export async function until<Result>(
  what: string,
  holds: () => Promise<Result | undefined | false> | Result | undefined | false,
  withinMs: number = defaultTimeoutMs,
): Promise<Result> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const result = await holds();
    if (result !== undefined && result !== false) {
      return result;
    }
    if (Date.now() > deadline) {
      throw new Error(`Not within ${withinMs} ms: ${what}`);
    }
    await delay(10);
  }
}
