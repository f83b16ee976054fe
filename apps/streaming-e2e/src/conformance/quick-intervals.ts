const fasterBy = 50;

/**
 * Settings of a server whose intervals pass fifty times as fast, so that a test meets heartbeats (15 s, here 0.3 s) and
 * pings (30 s, here 0.6 s). Unit tests verify the real intervals.
 */
export const quickIntervals: Readonly<Record<string, string>> = {
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(
    `const { setInterval: slow } = globalThis;
    globalThis.setInterval = (call, ms, ...rest) => slow(call, ms / ${fasterBy}, ...rest);`,
  )}`,
};
