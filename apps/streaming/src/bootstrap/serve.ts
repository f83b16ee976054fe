import 'reflect-metadata';
import { demoBanner } from '@fedistream/demo';
import { DeliveryStatistics } from '@fedistream/delivery';
import { LogThrottle } from '@fedistream/util';
import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { startApplication } from './application.js';
import type { EnvironmentFile } from './environment/environment-file.js';
import type { Settings } from './settings.js';

/**
 * Starts the server and shuts it down on a signal; resolves when it listens.
 *
 * @param file the environment file, of which the log tells when it could not be read
 * @throws the reason for which it cannot start
 */
export async function serve(settings: Settings, file: EnvironmentFile): Promise<void> {
  const { app, address } = await startApplication(settings);
  if (file.failure !== undefined && file.failure !== 'ENOENT') {
    new Logger('Server').warn(`Environment file ${file.path} not read (${file.failure}); check its permissions`);
  }
  if (settings.demo && settings.listen.socket === undefined) {
    process.stdout.write(`\n${demoBanner({ url: address }).join('\n')}\n\n`);
  }
  stopOnSignal(app, settings);
  surviveRejections();
}

/**
 * Logs rejections that nothing handles, and continues: a background job of one team's module must not disconnect the clients
 * of all streams. An exception that nothing catches still ends the process: what it has left half done is not known.
 */
function surviveRejections(): void {
  const logger = new Logger('Server');
  const throttle = new LogThrottle();
  process.on('unhandledRejection', (reason) => {
    throttle.run((suffix) => {
      const { message, stack } = reason instanceof Error ? reason : new Error(String(reason));
      logger.error(
        `A promise was rejected and nothing handled it: ${message}; its stack names the module${suffix}`,
        stack,
      );
    });
  });
}

/**
 * Shuts down gracefully on SIGTERM and SIGINT, and in any case when the time for it is over. A second SIGTERM changes
 * nothing: service managers send several. A second SIGINT comes from a terminal, and ends the process at once.
 */
function stopOnSignal(app: NestFastifyApplication, { drain, shutdownGraceMs }: Settings): void {
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
    setTimeout(end, drain.delayMs + drain.drainMs + shutdownGraceMs).unref();
    await app.close();
    end();
  };
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (!stopping) {
        stopping = true;
        void stop(signal);
      } else if (signal === 'SIGINT') {
        end();
      } else {
        log('stopping already; SIGKILL ends the process at once', { signal });
      }
    });
  }
}
