import { chmod } from 'node:fs/promises';
import { EventFeed, type FeedServer } from '@fedistream/event-bus';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import type { Settings } from './config/settings.js';
import { HttpErrorFilter } from './http/error.filter.js';
import { configureHttp, createFastifyAdapter } from './http/fastify.js';
import { PinoLogger } from './operations/pino-logger.js';
import { removeStaleSocket } from './stale-socket.js';
import { StreamingWebSocketAdapter } from './websocket/streaming-websocket.adapter.js';

/** As Mastodon's server does it: the reverse proxy, a different user, must be able to connect. */
const socketMode = 0o666;

/**
 * Builds the server and begins to serve.
 *
 * @returns the application, and where it listens
 */
export async function startApplication(settings: Settings): Promise<{ app: NestFastifyApplication; address: string }> {
  const logger = new PinoLogger(settings.LOG_LEVEL);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(settings),
    createFastifyAdapter(settings.TRUSTED_PROXY_IP),
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class and takes literals
    { logger, abortOnError: false, forceCloseConnections: true },
  );
  configureHttp(app);
  app.useGlobalFilters(new HttpErrorFilter());
  app.useWebSocketAdapter(new StreamingWebSocketAdapter(app));
  app.connectMicroservice({ strategy: app.get<EventFeed & FeedServer>(EventFeed) });
  await app.startAllMicroservices();
  if (settings.SOCKET === undefined) {
    await app.listen(settings.PORT, settings.BIND);
  } else {
    await removeStaleSocket(settings.SOCKET);
    await app.listen(settings.SOCKET);
    await chmod(settings.SOCKET, socketMode);
  }
  const address = settings.SOCKET ?? (await app.getUrl());
  logger.log({ msg: 'listening', address, feed: settings.FEED, database: settings.DATABASE }, 'Server');
  return { app, address };
}
