import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { AudienceModule } from '@fedistream/audience';
import { AccessRequests, AuthModule, AuthSettings } from '@fedistream/auth';
import { DatabaseModule } from '@fedistream/database';
import { DeliverySettings, DeliveryStatistics } from '@fedistream/delivery';
import { EventBusModule, MemoryFeedModule } from '@fedistream/event-bus';
import { RedisModule } from '@fedistream/redis';
import { StreamKitModule } from '@fedistream/stream-kit/server';
import { streams } from '@fedistream/streams';
import { Clients } from './clients.js';
import { databaseSettings, redisSettings } from './config/adapter-settings.js';
import type { Settings } from './config/settings.js';
import { Control } from './control.js';
import { DemoOutlet } from './embedded/demo-outlet.js';
import { DemoService } from './embedded/demo.service.js';
import { MemoryOutlet } from './embedded/memory-outlet.js';
import { ParentFeed } from './embedded/parent-feed.js';
import { RedisOutlet } from './embedded/redis-outlet.js';
import { KnownStreamGuard } from './http/known-stream.guard.js';
import { StreamingController } from './http/streaming.controller.js';
import { HealthController } from './operations/health.controller.js';
import { Metrics } from './operations/metrics.js';
import { MetricsController } from './operations/metrics.controller.js';
import { Refusals } from './operations/refusals.js';
import { RequestedAccess } from './requested-access.js';
import { StreamingGateway } from './websocket/streaming.gateway.js';
import { Upgrade } from './websocket/upgrade.js';

/** The composition of the server: the only place that chooses adapters. */
@Module({})
export class AppModule {
  /** The server as the settings want it. */
  static forRoot(settings: Settings): DynamicModule {
    const database = DatabaseModule.forRoot(databaseSettings(settings));
    const feed = settings.FEED === 'redis' ? RedisModule.forRoot(redisSettings(settings)) : MemoryFeedModule;
    return {
      module: AppModule,
      imports: [
        database,
        EventBusModule.fedBy(feed),
        AuthModule.register({
          imports: [database],
          providers: [
            {
              provide: AuthSettings,
              useValue: { revalidationIntervalMs: settings.TOKEN_REVALIDATION_SECONDS * 1_000 },
            },
          ],
        }),
        AudienceModule.askingFrom(database, {
          maxWaitMs: settings.AUDIENCE_MAX_WAIT_SECONDS * 1_000,
          maxWaiting: settings.AUDIENCE_MAX_WAITING_EVENTS,
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
        ...(settings.FEED === 'memory' ? [ParentFeed] : []),
        ...(settings.DEMO ? [DemoService, demoOutlet(settings)] : []),
      ],
    };
  }
}

/** The demo goes the way that everything goes. */
function demoOutlet(settings: Settings): Provider {
  return settings.FEED === 'redis'
    ? { provide: DemoOutlet, useFactory: () => new RedisOutlet(redisSettings(settings)) }
    : { provide: DemoOutlet, useClass: MemoryOutlet };
}
