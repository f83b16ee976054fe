import { setTimeout as delay } from 'node:timers/promises';

/** How long a test waits for what must happen. Long: a slow machine is no failure; a promise that is not kept is one. */
export const defaultTimeoutMs = 30_000;

/**
 * Waits for a condition of another process, which can only be asked again and again.
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
