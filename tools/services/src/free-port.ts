import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the range from which Linux and macOS take the ports of outgoing connections. */
const lowest = 12_000;
const highest = 32_000;

/**
 * An unused port on 127.0.0.1. It lies below the range for outgoing connections: a server that is stopped
 * and started again on its port must not find it taken by a client's connection, which may well be one to itself.
 *
 * The port is not reserved. Callers MUST check that the server which answers on it is their own.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = randomInt(lowest, highest);
    if (await isFree(port)) {
      return port;
    }
  }
  throw new Error(`No free port found between ${lowest} and ${highest}.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => {
      resolve(false);
    });
    probe.listen(port, '127.0.0.1', () => {
      probe.close(() => {
        resolve(true);
      });
    });
  });
}
