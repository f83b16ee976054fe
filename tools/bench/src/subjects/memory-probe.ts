/*
 * Is loaded into a server before its own program (`node --expose-gc --import`), so that its memory can be read without what is
 * only waiting to be collected. It does nothing until it is asked.
 */

interface MemoryAnswer {
  readonly heap: number;
}

process.on('message', (message: unknown) => {
  if (message === 'memory') {
    // The second one takes what finalizers of the first have let go.
    globalThis.gc?.();
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    process.send?.({ heap: heapUsed + external } satisfies MemoryAnswer);
  }
});
process.on('disconnect', () => process.exit());
// The server is free to end by itself.
process.channel?.unref();

export {};
