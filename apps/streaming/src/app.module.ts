import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { AudienceModule } from '@fedistream/audience';
import { AccessRequests, AuthModule, AuthSettings } from '@fedistream/auth';
import { DatabaseModule } from '@fedistream/database';
import { DeliverySettings, DeliveryStatistics } from '@fedistream/delivery';
import { EventBusModule, MemoryBrokerModule } from '@fedistream/event-bus';
import { RedisModule } from '@fedistream/redis';
import { StreamKitModule } from '@fedistream/stream-kit/server';
import { streams } from '@fedistream/streams';
import { Clients } from './connections/clients.js';
import { databaseSettings, redisSettings } from './bootstrap/adapter-settings.js';
import type { Settings } from './bootstrap/settings.js';
import { Control } from './connections/control.js';
import { DemoPublisher } from './demo/demo-publisher.js';
import { DemoService } from './demo/demo.service.js';
import { MemoryDemoPublisher } from './demo/memory-demo-publisher.js';
import { ParentProcessPublisher } from './demo/parent-process-publisher.js';
import { RedisDemoPublisher } from './demo/redis-demo-publisher.js';
import { KnownStreamGuard } from './http/known-stream.guard.js';
import { StreamingController } from './http/streaming.controller.js';
import { HealthController } from './observability/health.controller.js';
import { Metrics } from './observability/metrics.js';
import { MetricsController } from './observability/metrics.controller.js';
import { Refusals } from './observability/refusals.js';
import { RequestedAccess } from './connections/requested-access.js';
import { StreamingGateway } from './websocket/streaming.gateway.js';
import { Upgrade } from './websocket/upgrade.js';

/** The composition of the server: the only place that chooses adapters. */
@Module({})
export class AppModule {
  /** The server as the settings want it. */
  static forRoot(settings: Settings): DynamicModule {
    const database = DatabaseModule.forRoot(databaseSettings(settings));
    const broker = settings.BROKER === 'redis' ? RedisModule.forRoot(redisSettings(settings)) : MemoryBrokerModule;
    return {
      module: AppModule,
      imports: [
        database,
        EventBusModule.forRoot(broker),
        AuthModule.forRoot({
          imports: [database],
          providers: [
            {
              provide: AuthSettings,
              useValue: { revalidationIntervalMs: settings.TOKEN_REVALIDATION_SECONDS * 1_000 },
            },
          ],
        }),
        AudienceModule.forRoot(database, {
          maxWaitMs: settings.AUDIENCE_MAX_WAIT_SECONDS * 1_000,
          maxQueued: settings.AUDIENCE_MAX_WAITING_EVENTS,
          maxGatherMs: settings.AUDIENCE_MAX_GATHER_MS,
        }),
        StreamKitModule.forRoot(streams),
      ],
      // Health and metrics come before the wildcard of the streams.
      controllers: [HealthController, MetricsController, StreamingController],
      providers: [
        Clients,
        Control,
        DeliveryStatistics,
        KnownStreamGuard,
        Metrics,
        Refusals,
        StreamingGateway,
        Upgrade,
        { provide: AccessRequests, useClass: RequestedAccess },
        {
          provide: DeliverySettings,
          useValue: new DeliverySettings({
            maxSubscriptions: settings.MAX_SUBSCRIPTIONS_PER_CONNECTION,
            outputBudgetBytes: settings.OUTPUT_BUDGET_KIB * 1_024,
          }),
        },
        ...(settings.BROKER === 'memory' ? [ParentProcessPublisher] : []),
        ...(settings.DEMO ? [DemoService, demoOutlet(settings)] : []),
      ],
    };
  }
}

/** The demo goes the way that everything goes. */
function demoOutlet(settings: Settings): Provider {
  return settings.BROKER === 'redis'
    ? { provide: DemoPublisher, useFactory: () => new RedisDemoPublisher(redisSettings(settings)) }
    : { provide: DemoPublisher, useClass: MemoryDemoPublisher };
}
