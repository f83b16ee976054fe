import { ChildServer, programPath } from './child-server.js';
import type { Subject } from './subject.js';

const program = programPath('../bare/bare-process.js', import.meta.url);

/** The bare reference server, which shows what the machine can do: no authentication, no rules. */
export function bareServer(redisUrl: string, namespace: string | undefined): Subject {
  return {
    name: 'bare',
    rules: false,
    isNew: true,
    tokenOf: ({ accountId }) => accountId,
    start: async (transport) => {
      const child = new ChildServer({ program, args: [transport, redisUrl, namespace ?? ''], env: process.env });
      const { port } = await child.said('port');
      return {
        address: { host: '127.0.0.1', port },
        pids: [child.pid],
        memory: () => child.memory(),
        stop: () => child.stop(),
      };
    },
  };
}
