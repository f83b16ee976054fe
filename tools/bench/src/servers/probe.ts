import { Session } from 'node:inspector/promises';
import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';

import type { CpuProfile } from '../profile/cpu-profile.js';
import type { ProbeReplies } from './probe-messages.js';

/*
 * Loaded into a server before its own program (`node --expose-gc --import`), so that the benchmark can read what only the process
 * itself knows. It does nothing before the first question.
 */

const samplingMicros = 200;
let histogram: IntervalHistogram | undefined;
let session: Session | undefined;

const replies: Readonly<Record<string, () => Partial<ProbeReplies> | Promise<Partial<ProbeReplies>>>> = {
  memory: () => {
    // The second collection takes what finalizers of the first have released.
    globalThis.gc?.();
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    return { heap: heapUsed + external };
  },
  'event-loop': () => {
    const longestBlockMs = histogram ? histogram.max / 1e6 : 0;
    histogram ??= monitorEventLoopDelay({ resolution: 1 });
    histogram.enable();
    histogram.reset();
    return { longestBlockMs };
  },
  'start-profile': async () => {
    session = new Session();
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: samplingMicros });
    await session.post('Profiler.start');
    return { profiling: true };
  },
  'stop-profile': async () => {
    const stopped = await session?.post('Profiler.stop');
    session?.disconnect();
    return { profile: stopped?.profile as CpuProfile };
  },
};

process.on('message', (message: unknown) => {
  const reply = typeof message === 'string' ? replies[message] : undefined;
  if (reply) {
    void Promise.resolve(reply()).then((answer) => process.send?.(answer));
  }
});
process.on('disconnect', () => process.exit());
// The channel must not keep the server from exiting.
process.channel?.unref();
