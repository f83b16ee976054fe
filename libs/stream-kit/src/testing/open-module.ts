import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { Lists, Roles } from '@fedistream/auth';
import { StreamingError } from '@fedistream/domain';
import { loadModules, type LoadedModules } from '../modules/load-modules.js';
import type { Ports } from '../modules/ports.js';
import type { Environment, StreamModule } from '../modules/stream-module.js';
import { listsOf } from './lists-of.js';
import { openDefinition, type OpenedStream, type OpenOptions } from './open-stream.js';
import { rolesOf } from './roles-of.js';
import { StreamBench, type BenchOptions } from './stream-bench.js';

/** What a test of a whole module may say. */
export interface OpenModuleOptions extends Omit<BenchOptions, 'families'> {
  /** What `settings` of the module reads. */
  readonly environment?: Environment;
  /** Replaces providers: `(module) => module.overrideProvider(DraftAccess).useValue(fake)`. */
  readonly override?: (module: TestingModuleBuilder) => TestingModuleBuilder;
  /** What `Lists` answers; no list belongs to any viewer when left out. */
  readonly lists?: Lists;
  /** What `Roles` answers; no viewer has a permission when left out. */
  readonly roles?: Roles;
}

/** A module that runs. */
export interface OpenedModule {
  readonly loaded: LoadedModules;
  readonly bench: StreamBench;
  /** Opens one of its streams. @throws StreamingError what a client would be told */
  readonly open: (name: string, options?: OpenOptions) => Promise<OpenedStream>;
  /** Runs the shutdown hooks of its providers. */
  readonly close: () => Promise<void>;
}

/**
 * Starts a whole module as the server does, with its `imports` and `providers`, in a testing module of Nest.
 *
 * @throws StreamModulesError with everything that keeps it from starting
 */
export async function openModule(module: StreamModule, options: OpenModuleOptions = {}): Promise<OpenedModule> {
  const { environment = {}, override = unchanged, lists = listsOf(), roles = rolesOf() } = options;
  const ports: Ports = new Map<never, unknown>([
    [Lists as never, lists],
    [Roles as never, roles],
  ]);
  const source = { package: module.name, version: '', load: () => Promise.resolve({ default: module }) };
  const loaded = await loadModules([source], {
    environment,
    ports,
    onFailure: 'stop',
    start: async (host) => (await override(Test.createTestingModule({ imports: [host] })).compile()).init(),
  });
  const bench = new StreamBench(loaded.definitions, undefined, { ...options, families: loaded.families });
  return {
    loaded,
    bench,
    open: async (name, open) => {
      const definition = bench.registry.find(name);
      if (definition === undefined) {
        throw new StreamingError('unknownStream');
      }
      return openDefinition(bench, definition, { ...open, name });
    },
    close: async () => {
      bench.stop();
      await Promise.all(loaded.contexts.map((context) => context.close()));
    },
  };
}

function unchanged(builder: TestingModuleBuilder): TestingModuleBuilder {
  return builder;
}
