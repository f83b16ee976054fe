import { Module, type DynamicModule } from '@nestjs/common';
import type { RedisSettings } from '@fedistream/redis';
import { DemoPublisher } from './demo-publisher.js';
import { DemoService } from './demo.service.js';
import { MemoryDemoPublisher } from './memory-demo-publisher.js';
import { RedisDemoPublisher } from './redis-demo-publisher.js';

/** Fills the embedded database with demo accounts and publishes demo events. */
@Module({})
export class DemoModule {
  /** @param redis where to publish; `undefined` for the in-memory broker */
  static forRoot(redis: RedisSettings | undefined): DynamicModule {
    const publisher =
      redis === undefined
        ? { provide: DemoPublisher, useClass: MemoryDemoPublisher }
        : { provide: DemoPublisher, useFactory: () => new RedisDemoPublisher(redis) };
    return { module: DemoModule, providers: [DemoService, publisher] };
  }
}
