import { setTimeout as delay } from 'node:timers/promises';

import { freePort } from '@fedistream/services';

import { ChildServer } from './child-server.js';
import type { MeasuredServer } from './measured-server.js';

const readyWithinMs = 30_000;
const pollEveryMs = 50;

/** How the server of this repository is started. */
export interface FedistreamOptions {
  /** Its main.js. */
  readonly program: string;
  readonly nodeArgs: readonly string[];
  /** Settings in addition to those below; they win. */
  readonly env: Readonly<Record<string, string>>;
  readonly redisUrl: string;
  readonly databaseUrl: string;
  readonly namespace: string;
}

/** The built server as an operator runs it: production, Redis, PostgreSQL, all else by default. */
export function fedistream(options: FedistreamOptions): MeasuredServer {
  const { program, nodeArgs, env, redisUrl, databaseUrl, namespace } = options;
  return {
    name: 'fedistream',
    rules: true,
    tokenOf: ({ token }) => token,
    start: async () => {
      const address = { host: '127.0.0.1', port: await freePort() };
      const child = new ChildServer({
        program,
        nodeArgs,
        env: {
          PATH: process.env['PATH'],
          HOME: process.env['HOME'],
          NODE_ENV: 'production',
          BIND: address.host,
          PORT: address.port.toString(),
          REDIS_URL: redisUrl,
          REDIS_NAMESPACE: namespace,
          DATABASE_URL: databaseUrl,
          ...env,
        },
      });
      await untilHealthy(child, `http://${address.host}:${address.port}/api/v1/streaming/health`);
      return child.running(address);
    },
  };
}

async function untilHealthy(child: ChildServer, url: string): Promise<void> {
  const deadline = performance.now() + readyWithinMs;
  for (;;) {
    const healthy = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (healthy) {
      return;
    }
    if (!child.isAlive || performance.now() > deadline) {
      await child.stop();
      throw new Error(`The server did not start. ${child.recentOutput()}`);
    }
    await delay(pollEveryMs);
  }
}
