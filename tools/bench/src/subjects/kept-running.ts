import type { Transport } from '../load/messages.js';
import type { Teardown } from '../teardown.js';
import type { RunningServer, Subject } from './subject.js';

/** The same server, started once for each transport and kept for all measurements; it is stopped at the very end. */
export function keptRunning(subject: Subject, teardown: Teardown): Subject {
  const running = new Map<Transport, RunningServer>();
  return {
    ...subject,
    start: async (transport) => {
      const server = running.get(transport) ?? (await subject.start(transport));
      if (!running.has(transport)) {
        running.set(transport, server);
        teardown.add(() => server.stop());
      }
      return { ...server, stop: () => Promise.resolve() };
    },
  };
}
