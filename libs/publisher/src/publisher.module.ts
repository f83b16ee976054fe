import {
  type DynamicModule,
  type FactoryProvider,
  Injectable,
  Logger,
  Module,
  type ModuleMetadata,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { ClientProxy } from '@nestjs/microservices';
import { Redis } from 'ioredis';
import { type PublishTransport, viaClientProxy, viaIoredis } from './publish-transport.js';
import { type PublisherOptions, StreamPublisher } from './stream-publisher.js';

/** How {@link PublisherModule} reaches Redis: by one of these. */
export type PublisherConnection =
  /** A connection of its own, closed with the application. */
  | { readonly url: string }
  /** An ioredis client of the application, which closes it. */
  | { readonly redis: Pick<Redis, 'publish' | 'mget'> }
  /** A client that NestJS made; see {@link viaClientProxy} for what that costs. */
  | { readonly client: Pick<ClientProxy, 'emit'> };

/** What {@link PublisherModule} is told. */
export type PublisherModuleOptions = PublisherConnection & PublisherOptions;

/** The same, found out by a factory. */
export interface PublisherModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly useFactory: FactoryProvider<PublisherModuleOptions>['useFactory'];
  readonly inject?: NonNullable<FactoryProvider['inject']>;
}

const optionsToken = Symbol('PublisherModuleOptions');

/** The connection that the module has made by itself, if it has. */
@Injectable()
class OwnConnection implements OnApplicationShutdown {
  readonly #logger = new Logger(StreamPublisher.name);
  #redis: Redis | undefined;

  /** Publishing must not wait for minutes when Redis is away: the moment of an event passes. */
  open(url: string): PublishTransport {
    this.#redis = new Redis(url, { maxRetriesPerRequest: 1, connectionName: 'fedistream-publisher' });
    let told = false;
    this.#redis.on('error', ({ message }: Error) => {
      if (!told) {
        told = true; // until it is back: attempts continue for ever
        this.#logger.error(`Cannot reach Redis: ${message}`);
      }
    });
    this.#redis.on('ready', () => {
      told = false;
    });
    return viaIoredis(this.#redis);
  }

  onApplicationShutdown(): void {
    this.#redis?.disconnect();
  }
}

/** Provides a {@link StreamPublisher} to the whole application. */
@Module({})
export class PublisherModule {
  static forRoot(options: PublisherModuleOptions): DynamicModule {
    return PublisherModule.forRootAsync({ useFactory: () => options });
  }

  static forRootAsync({ imports, inject, useFactory }: PublisherModuleAsyncOptions): DynamicModule {
    return {
      module: PublisherModule,
      global: true,
      imports: imports ?? [],
      providers: [
        OwnConnection,
        { provide: optionsToken, useFactory, inject: inject ?? [] },
        {
          provide: StreamPublisher,
          useFactory: (options: PublisherModuleOptions, own: OwnConnection) =>
            new StreamPublisher(transportOf(options, own), options),
          inject: [optionsToken, OwnConnection],
        },
      ],
      exports: [StreamPublisher],
    };
  }
}

function transportOf(connection: PublisherConnection, own: OwnConnection): PublishTransport {
  if ('url' in connection) {
    return own.open(connection.url);
  }
  return 'redis' in connection ? viaIoredis(connection.redis) : viaClientProxy(connection.client);
}
