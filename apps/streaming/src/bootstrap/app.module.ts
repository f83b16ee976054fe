import { Module, type DynamicModule } from '@nestjs/common';
import { AudienceModule } from '@fedistream/audience';
import { AuthModule } from '@fedistream/auth';
import { DatabaseModule } from '@fedistream/database';
import { EventBusModule, MemoryBrokerModule } from '@fedistream/event-bus';
import { RedisModule, type RedisSettings } from '@fedistream/redis';
import { StreamKitModule } from '@fedistream/stream-kit/server';
import { AdminModule } from '../admin/admin.module.js';
import { ConnectionsModule } from '../connections/connections.module.js';
import { DemoModule } from '../demo/demo.module.js';
import { HistoryModule, type HistoryOptions } from '../history/history.module.js';
import { HttpApiModule } from '../http/http-api.module.js';
import { ObservabilityModule } from '../observability/observability.module.js';
import { ObserversModule } from '../observability/observers.module.js';
import { WebSocketModule } from '../websocket/websocket.module.js';
import { ParentProcessPublisher } from './parent-process-publisher.js';
import type { Settings } from './settings.js';
import { SettingsModule } from './settings.module.js';
import { moduleSources } from './stream-modules.js';

/** The composition of the server: the only place that chooses adapters. */
@Module({})
export class AppModule {
  static forRoot(settings: Settings): DynamicModule {
    const { audience, demo, history, redis } = settings;
    const database = DatabaseModule.forRoot(settings.database);
    return {
      module: AppModule,
      imports: [
        SettingsModule.forRoot(settings),
        database,
        EventBusModule.forRoot(
          redis === undefined ? MemoryBrokerModule : RedisModule.forRoot(brokerSettings(redis, history)),
        ),
        ...(history === undefined ? [] : [HistoryModule.forRoot(history)]),
        AuthModule.forRoot({ imports: [database] }),
        AudienceModule.forRoot(database, audience),
        StreamKitModule.forRoot({
          modules: moduleSources(settings.streamModules.named),
          environment: settings.streamModules.environment,
          onFailure: settings.streamModules.onFailure,
          reauthorizationIntervalMs: settings.auth.revalidationIntervalMs,
        }),
        ObserversModule.forRoot(settings.tracing),
        ConnectionsModule,
        ObservabilityModule,
        HttpApiModule,
        WebSocketModule,
        AdminModule,
        ...(demo ? [DemoModule.forRoot(redis)] : []),
      ],
      providers: redis === undefined ? [ParentProcessPublisher] : [],
    };
  }
}

/** Longer than clients may be away, which is five minutes, and than a recorder may take to take over. */
const keptForHistorySeconds = 420;

/** With a history, the platform continues publishing for clients that are away. */
function brokerSettings(redis: RedisSettings, history: HistoryOptions | undefined): RedisSettings {
  return history === undefined ? redis : { ...redis, unusedPresenceSeconds: keptForHistorySeconds };
}
