import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Lists, Roles } from '@fedistream/auth';
import { Reauthorization, ReauthorizationSettings } from '../access/reauthorization.js';
import { StreamGate } from '../access/stream-gate.js';
import { FailureLog } from '../pipeline/failure-log.js';
import { Resumption } from '../pipeline/resumption.js';
import { Snapshots } from '../pipeline/snapshots.js';
import { StreamFanouts } from '../pipeline/stream-fanouts.js';
import { loadModules, type LoadOptions } from './load-modules.js';
import type { ModuleSource } from './module-problem.js';
import type { ContextStarter } from './start-module.js';
import { StreamModules } from './stream-modules.js';
import { StreamRegistry } from './stream-registry.js';
import { StreamStatistics } from './stream-statistics.js';

/** What the application says about streams. */
export interface StreamKitOptions extends Pick<LoadOptions, 'environment' | 'onFailure'> {
  /** The modules, in the order in which they claim names. */
  readonly modules: readonly ModuleSource[];
  /** How often streams are asked again who may have them, in milliseconds. */
  readonly reauthorizationIntervalMs: number;
}

/** A Nest application context that throws what keeps it from starting, instead of ending the process. */
const startContext: ContextStarter = (module) =>
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class and takes literals
  NestFactory.createApplicationContext(module, { abortOnError: false });

/** Loads stream modules. What the kit injects (bus, broker, audience, `Lists`, `Roles`) comes from global modules. */
@Module({})
export class StreamKitModule {
  /** The start fails with a `StreamModulesError` when a module has problems, unless modules may be left out. */
  static forRoot({ modules, reauthorizationIntervalMs, ...options }: StreamKitOptions): DynamicModule {
    return {
      module: StreamKitModule,
      global: true,
      providers: [
        FailureLog,
        Reauthorization,
        Resumption,
        Snapshots,
        StreamFanouts,
        StreamGate,
        StreamStatistics,
        { provide: ReauthorizationSettings, useValue: new ReauthorizationSettings(reauthorizationIntervalMs) },
        {
          provide: StreamModules,
          useFactory: async (lists: Lists, roles: Roles) => {
            const ports = new Map<never, unknown>([
              [Lists as never, lists],
              [Roles as never, roles],
            ]);
            return new StreamModules(await loadModules(modules, { ...options, ports, start: startContext }));
          },
          inject: [Lists, Roles],
        },
        {
          provide: StreamRegistry,
          useFactory: ({ loaded }: StreamModules, statistics: StreamStatistics) =>
            new StreamRegistry(loaded.definitions, loaded.families, statistics),
          inject: [StreamModules, StreamStatistics],
        },
      ],
      exports: [StreamModules, StreamRegistry, StreamGate, StreamFanouts, StreamStatistics],
    };
  }
}
