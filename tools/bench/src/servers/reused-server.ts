import type { Transport } from '../load/messages.js';
import type { Teardown } from '../teardown.js';
import type { MeasuredServer, RunningServer } from './measured-server.js';

/** The same server, started once for each transport and used for all measurements. The teardown stops it. */
export function reusedServer(measured: MeasuredServer, teardown: Teardown): MeasuredServer {
  const running = new Map<Transport, RunningServer>();
  return {
    ...measured,
    start: async (transport) => {
      const known = running.get(transport);
      if (known) {
        return { ...known, isWarm: true, stop: () => Promise.resolve() };
      }
      const server = await measured.start(transport);
      running.set(transport, server);
      teardown.add(() => server.stop());
      return { ...server, stop: () => Promise.resolve() };
    },
  };
}
