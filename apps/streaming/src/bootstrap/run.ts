import 'reflect-metadata';
import { demoBanner } from '@fedistream/demo';
import { DeliveryStatistics } from '@fedistream/delivery';
import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { startApplication } from './application.js';
import { mergeEnvironments, readEnvironmentFile } from './environment/environment-file.js';
import { readSettings, type Settings } from './settings.js';
import { startFailure } from './start-failure.js';

/** Runs the server until a signal ends it. A start that fails prints its reason and exits with 1. */
export async function run(): Promise<void> {
  const file = readEnvironmentFile(process.env, process.cwd());
  const environment = mergeEnvironments(process.env, file);
  // node-postgres and Node itself read variables, too, as PGOPTIONS and NODE_TLS_REJECT_UNAUTHORIZED.
  Object.assign(process.env, environment);
  try {
    const settings = readSettings(environment);
    const { app, address } = await startApplication(settings);
    if (file.failure !== undefined && file.failure !== 'ENOENT') {
      new Logger('Server').warn(`Environment file ${file.path} not read (${file.failure}); check its permissions`);
    }
    if (settings.demo && settings.listen.socket === undefined) {
      process.stdout.write(`\n${demoBanner({ url: address }).join('\n')}\n\n`);
    }
    stopOnSignal(app, settings);
  } catch (failure) {
    process.stderr.write(`${startFailure(failure, environment)}\n`);
    process.exit(1);
  }
}

/** Shuts down gracefully on SIGTERM and SIGINT, and in any case when the time for it is over. */
function stopOnSignal(app: NestFastifyApplication, { shutdownGraceMs }: Settings): void {
  const logger = new Logger('Server');
  const log = (msg: string, members: object = {}) => {
    const statistics = app.get(DeliveryStatistics);
    const clients = statistics.of('websocket').connections + statistics.of('eventsource').connections;
    logger.log({ msg, ...members, clients });
  };
  const end = () => {
    log('stopped');
    process.exit(0);
  };
  const stop = async (signal: NodeJS.Signals) => {
    log('stopping', { signal });
    setTimeout(end, shutdownGraceMs).unref();
    await app.close();
    end();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      void stop(signal);
    });
  }
}
