import { ChildServer, programPath } from './child-server.js';
import type { MeasuredServer } from './measured-server.js';

/** The servers that the measured one is compared with. */
export const baselines = ['floor', 'naive'] as const;
/** One of {@link baselines}. */
export type Baseline = (typeof baselines)[number];

const programs: Readonly<Record<Baseline, string>> = {
  floor: programPath('../floor/floor-process.js', import.meta.url),
  naive: programPath('../naive/naive-process.js', import.meta.url),
};

/**
 * `floor`: bytes only, without a library; what Node costs at the least. `naive`: `ws` or node:http, ioredis, JSON.parse and
 * JSON.stringify. Neither authenticates, or applies a rule.
 */
export function baselineServer(name: Baseline, redisUrl: string, namespace: string | undefined): MeasuredServer {
  return {
    name,
    rules: false,
    tokenOf: ({ accountId }) => accountId,
    start: async (transport) => {
      const child = new ChildServer({
        program: programs[name],
        args: [transport, redisUrl, namespace ?? ''],
        env: process.env,
      });
      const { port } = await child.nextMessage('port');
      return child.running({ host: '127.0.0.1', port });
    },
  };
}
