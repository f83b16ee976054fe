import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { StreamDefinition } from './stream-definition.js';
import { StreamGate } from './stream-gate.js';
import { StreamFanouts } from './stream-fanouts.js';
import { StreamRegistry } from './stream-registry.js';
import type { StreamSource } from './stream.js';

/** Loads streams. What they and the kit inject (bus, audience, ports) comes from global modules. */
@Module({})
export class StreamKitModule {
  /** @param streams the stream classes; one without declaration, or with a name that is taken, stops the start */
  static forRoot(streams: readonly Type<StreamSource<never>>[]): DynamicModule {
    return {
      module: StreamKitModule,
      global: true,
      providers: [
        ...streams,
        StreamFanouts,
        StreamGate,
        {
          provide: StreamRegistry,
          useFactory: (...sources: StreamSource<never>[]) =>
            new StreamRegistry(sources.map((source) => new StreamDefinition(source))),
          inject: [...streams],
        },
      ],
      exports: [StreamRegistry, StreamGate, StreamFanouts],
    };
  }
}
