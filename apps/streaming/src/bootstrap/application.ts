import { Broker, type BrokerServer } from '@fedistream/event-bus';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from '../app.module.js';
import type { Settings } from './settings.js';
import { HttpErrorFilter } from '../http/error.filter.js';
import { configureHttp, createFastifyAdapter } from '../http/fastify.js';
import { listen } from './listen.js';
import { PinoLogger } from '../observability/pino-logger.js';
import { Refusals } from '../observability/refusals.js';
import { StreamingWebSocketAdapter } from '../websocket/streaming-websocket.adapter.js';

/**
 * Builds the server and begins to serve.
 *
 * @returns the application, and where it listens
 * @throws SettingsError for a setting that turns out to be wrong only now
 */
export async function startApplication(settings: Settings): Promise<{ app: NestFastifyApplication; address: string }> {
  const logger = new PinoLogger(settings.LOG_LEVEL);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(settings),
    createFastifyAdapter(settings.TRUSTED_PROXY_IP),
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class and takes literals
    { logger, abortOnError: false },
  );
  configureHttp(app);
  app.useGlobalFilters(new HttpErrorFilter(app.get(Refusals)));
  app.useWebSocketAdapter(new StreamingWebSocketAdapter(app));
  app.connectMicroservice({ strategy: app.get<Broker & BrokerServer>(Broker) });
  await app.startAllMicroservices();
  // Listening would do it, too; what fails here is no fault of the address.
  await app.init();
  const address = await listen(app, settings);
  logger.log({ msg: 'listening', address, broker: settings.BROKER, database: settings.DATABASE }, 'Server');
  return { app, address };
}
