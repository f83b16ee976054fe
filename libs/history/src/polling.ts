/** Settles after this time. */
export function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

const pollMs = 10;

/** Settles when the condition holds, or after this time; time in which the event loop stood still does not count. */
export async function until(holds: () => boolean, milliseconds: number): Promise<void> {
  for (let left = milliseconds; !holds() && left > 0;) {
    const beganMs = performance.now();
    await delay(pollMs);
    left -= Math.min(performance.now() - beganMs, 5 * pollMs);
  }
}
