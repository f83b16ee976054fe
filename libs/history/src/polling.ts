/** Settles after this time. */
export function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

const pollMs = 10;

/** Settles when the condition holds, or after this time. */
export async function until(holds: () => boolean, milliseconds: number): Promise<void> {
  const endMs = performance.now() + milliseconds;
  while (!holds() && performance.now() < endMs) {
    await delay(pollMs);
  }
}
