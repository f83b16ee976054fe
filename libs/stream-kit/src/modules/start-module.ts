import type { DynamicModule, INestApplicationContext, Type } from '@nestjs/common';
import { isStreamingError } from '@fedistream/domain';
import { errorReason, withTimeout } from '@fedistream/util';
import type { AnyStream } from '../declaration/stream.js';
import { namesOf } from '../declaration/any-declaration.js';
import { readParams } from '../params/read-params.js';
import { checkedChannels, type IsClaimed } from '../pipeline/channels-of.js';
import { refusePromise } from '../pipeline/refuse-promise.js';
import type { ModuleProblem } from './module-problem.js';
import { portsFor, type Ports } from './ports.js';
import type { ReadModule } from './read-module.js';
import { StreamDefinition, type ResolvedDeps } from './stream-definition.js';
import type { StreamModule } from './stream-module.js';

/** Starts a Nest application context of this module. */
export type ContextStarter = (module: DynamicModule) => Promise<INestApplicationContext>;

/** A module whose providers run. */
export interface StartedModule {
  readonly read: ReadModule;
  readonly context: INestApplicationContext | undefined;
  readonly definitions: readonly StreamDefinition[];
}

/** A module that takes longer has not started. */
const startedWithinMs = 30_000;

/**
 * Starts a module: its own Nest application context, with lifecycle hooks, so that neither its exports nor its failures
 * reach another team; then its streams, each tried once with the examples of its parameters.
 */
export async function startModule(
  read: ReadModule,
  offered: Ports,
  isClaimed: IsClaimed,
  start: ContextStarter,
): Promise<StartedModule | readonly ModuleProblem[]> {
  const { source, module } = read;
  const ports = portsFor(module, offered);
  let context: INestApplicationContext | undefined;
  try {
    context = await startContext(read, ports, start);
  } catch (failure) {
    return [{ source, file: module.declaredAt, ...explain(module, failure) }];
  }
  const identity = { name: module.name, owner: module.owner, package: source.package, version: source.version };
  const problems: ModuleProblem[] = [];
  const definitions = module.streams.map((each) => {
    const [deps, missing] = resolve(each, module, ports, context);
    const definition = new StreamDefinition(each, identity, deps);
    const found = [...missing, ...(missing.length > 0 ? [] : tryChannels(definition, isClaimed))];
    problems.push(...found.map((problem) => ({ source, file: each.declaredAt, ...problem })));
    return definition;
  });
  if (problems.length > 0) {
    await context?.close().catch(() => undefined);
    return problems;
  }
  return { read, context, definitions };
}

type Found = Pick<ModuleProblem, 'what' | 'remedy'>;

async function startContext(
  { module, settings }: ReadModule,
  ports: Ports,
  start: ContextStarter,
): Promise<INestApplicationContext | undefined> {
  const imports = refusePromise(valueOf(module.imports, settings) ?? [], 'imports must be a list');
  const providers = refusePromise(valueOf(module.providers, settings) ?? [], 'providers must be a list');
  if (imports.length === 0 && providers.length === 0) {
    return undefined;
  }
  const starting = start({ module: named(module.name), imports: [portsModule(ports), ...imports], providers });
  try {
    return await withTimeout(startedWithinMs, starting, () => new Error(`no answer within ${startedWithinMs} ms`));
  } catch (failure) {
    // One that starts too late has connections, which nothing would close.
    void starting.then((late) => late.close()).catch(() => undefined);
    throw failure;
  }
}

function valueOf<T>(member: T | ((settings: never) => T), settings: unknown): T {
  return typeof member === 'function' ? (member as (settings: unknown) => T)(settings) : member;
}

/** A class of its own for each module: Nest tells modules apart by their class, and names them by it in messages. */
function named(name: string): Type {
  // eslint-disable-next-line @typescript-eslint/no-extraneous-class -- Nest wants a class, and puts nothing into it
  const host = class {};
  Object.defineProperty(host, 'name', { value: name });
  return host;
}

// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- as above
class StreamKitPorts {}

function portsModule(ports: Ports): DynamicModule {
  const providers = [...ports].map(([provide, useValue]) => ({ provide, useValue }));
  return { module: StreamKitPorts, global: true, providers, exports: providers };
}

function resolve(
  { declaration }: AnyStream,
  { name }: StreamModule,
  ports: Ports,
  context: INestApplicationContext | undefined,
): readonly [ResolvedDeps, readonly Found[]] {
  const deps: Record<string, unknown> = {};
  const missing: Found[] = [];
  for (const [member, token] of Object.entries(declaration.inject ?? {})) {
    try {
      const port = typeof token === 'function' ? ports.get(token) : undefined;
      deps[member] = port ?? context?.get<unknown>(token, { strict: false });
    } catch {
      deps[member] = undefined;
    }
    if (deps[member] === undefined) {
      const wanted = typeof token === 'function' ? token.name : String(token);
      missing.push({
        what: `stream "${namesOf(declaration)[0] ?? ''}" injects ${wanted} as "${member}", which module "${name}" does not provide`,
        remedy: `add ${wanted} to providers, or the Nest module that exports it to imports, of streamModule({ name: '${name}' })`,
      });
    }
  }
  return [Object.freeze(deps), missing];
}

/** Calls `channels` for each name, with and without optional parameters: what nothing publishes on does not start. */
function tryChannels(definition: StreamDefinition, isClaimed: IsClaimed): readonly Found[] {
  const found: Found[] = [];
  for (const request of exampleRequests(definition)) {
    try {
      checkedChannels(
        definition.declaration.channels(definition.context(request, exampleViewer(definition))),
        isClaimed,
      );
    } catch (failure) {
      // A refusal is an answer to a client: some parameters make no sense without others.
      if (isStreamingError(failure)) {
        continue;
      }
      found.push({
        what: `stream "${request.name}" failed in channels() with the parameters ${JSON.stringify(request.params)}: ${errorReason(failure)}`,
        remedy: 'correct channels, or the examples of its parameters',
      });
    }
  }
  return found;
}

/** One request for each name with all parameters, and one with the required ones alone, made of the examples. */
export function exampleRequests(
  definition: StreamDefinition,
): readonly { readonly name: string; readonly params: Readonly<Record<string, unknown>> }[] {
  const all = Object.entries(definition.declaration.params ?? {});
  const required = all.filter(([, param]) => !param.optional);
  const sets = all.length === required.length ? [all] : [all, required];
  return definition.names.flatMap((name) =>
    sets.map((set) => ({
      name,
      params: readParams(Object.fromEntries(set), Object.fromEntries(set.map(([key, { example }]) => [key, example]))),
    })),
  );
}

/** A viewer whose token has all scopes of the stream. */
export function exampleViewer({ scopes }: StreamDefinition) {
  return { accountId: '1', userId: '1', tokenId: '1', scopes: new Set(scopes) };
}

/** Nest advises what a team cannot do; this says what it can. */
function explain({ name }: StreamModule, failure: unknown): Found {
  const reason = errorReason(failure);
  const unresolved = /resolve dependencies of the (\S+) \(.*argument (\S+) at index/s.exec(reason);
  return unresolved
    ? {
        what: `${unresolved[1] ?? ''} needs ${(unresolved[2] ?? '').replaceAll('"', '')}, which module "${name}" does not provide`,
        remedy: `add it to providers, or the Nest module that exports it to imports, of streamModule({ name: '${name}' })`,
      }
    : {
        what: `module "${name}" failed to start: ${reason.split('\n')[0] ?? ''}`,
        remedy: 'correct it, or leave it out',
      };
}
