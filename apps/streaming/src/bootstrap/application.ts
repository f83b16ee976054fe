import { Broker, type BrokerServer } from '@fedistream/event-bus';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AdminServer } from '../admin/admin-server.js';
import { configureHttp, createFastifyAdapter } from '../http/fastify.js';
import { ClientAddress } from '../connections/client-address.js';
import { InputBudget, InputSettings } from '../connections/input-budget.js';
import { Readiness } from '../connections/readiness.js';
import { PinoLogger } from '../observability/pino-logger.js';
import { RefusalLog } from '../observability/refusal-log.js';
import { StreamingWebSocketAdapter } from '../websocket/streaming-websocket.adapter.js';
import { AppModule } from './app.module.js';
import { SettingsError } from './environment/environment.js';
import { listen } from './listen.js';
import type { Settings } from './settings.js';

/**
 * Builds the server and starts to listen.
 *
 * @returns the application, and its URL or the path of its socket
 * @throws SettingsError for a setting that proves wrong only now, as a port in use
 */
export async function startApplication(settings: Settings): Promise<{ app: NestFastifyApplication; address: string }> {
  const logger = new PinoLogger(settings.logLevel);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(settings),
    createFastifyAdapter(settings.trustedProxies),
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class and takes literals
    { logger, abortOnError: false },
  );
  const addresses = app.get(ClientAddress);
  const { maxRequestsPerSecond } = app.get(InputSettings);
  configureHttp(app, app.get(RefusalLog), ({ remoteAddress }) =>
    // A proxy sends the requests of many clients on one connection.
    addresses.isProxy(remoteAddress ?? '') ? undefined : new InputBudget(maxRequestsPerSecond),
  );
  app.useWebSocketAdapter(new StreamingWebSocketAdapter(app));
  if (!settings.servesClients) {
    app.get(Readiness).recordOnly();
  }
  app.connectMicroservice({ strategy: app.get<Broker & BrokerServer>(Broker) });
  await app.startAllMicroservices();
  // `listen` would call it as well, but its errors then blame the address.
  await app.init();
  const address = await listen(app, settings.listen);
  await app
    .get(AdminServer)
    .listen()
    .catch((failure: unknown) => {
      throw new SettingsError(`ADMIN_PORT="${settings.admin.port ?? ''}": must be a port that is free and permitted`, {
        cause: failure,
      });
    });
  const broker = settings.redis === undefined ? 'memory' : 'redis';
  logger.log({ msg: 'listening', address, broker, database: settings.database.kind }, 'Server');
  return { app, address };
}
