import type { AnyChannelFamily } from '@fedistream/domain';
import type { ModuleMetadata } from '@nestjs/common';
import { moduleBrand } from '../declaration/brand.js';
import { callerOf } from '../declaration/caller.js';
import type { Present } from '../declaration/mistake.js';
import type { AnyStream } from '../declaration/stream.js';
import { portClasses } from './ports.js';

/** The environment as it was found: texts by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a team says about its module: the streams that it owns, and what they need. */
export interface StreamModuleOptions<S = unknown> {
  /** The module's name, in messages and documents: words of a-z, 0-9 and -. */
  readonly name: string;
  /** The team that owns it: a label of its streams' metrics, a field of their log lines. */
  readonly owner: string;
  /** The versions of the kit that it is written for, as npm writes ranges: `^1`. */
  readonly kit: string;
  /** The channels that the module's publishers use, built by `channelFamily`. */
  readonly families?: readonly AnyChannelFamily[];
  /** Reads the module's own settings. @throws Error with a sentence for the operator: variable, value, what is allowed */
  readonly settings?: (environment: Environment) => S;
  /** Nest modules whose exports the streams inject. Nothing of them is visible to other teams' modules. */
  readonly imports?: ModuleMetadata['imports'] | ((settings: S) => ModuleMetadata['imports']);
  /** Nest providers of the module itself. */
  readonly providers?: ModuleMetadata['providers'] | ((settings: S) => ModuleMetadata['providers']);
  readonly streams: readonly AnyStream[];
}

/** What no module may leave out: apart, for the reason that `RequiredMembers` of a stream names. */
export type RequiredModuleMembers = Readonly<Record<'name' | 'owner' | 'kit' | 'streams', Present>>;

/** A module as it is loaded. */
export interface StreamModule extends StreamModuleOptions<never> {
  /** `file:line` of the declaration, for messages. */
  readonly declaredAt: string;
  /** The classes under which the module's copy of the kit offers the server's objects. */
  readonly ports: typeof portClasses;
  readonly [moduleBrand]: true;
}

/** Declares a team's module, the default export of its package. It throws nothing: all problems are reported at start. */
export function streamModule<S = unknown>(
  options: Partial<StreamModuleOptions<S>> & RequiredModuleMembers,
): StreamModule {
  return Object.freeze({
    ...options,
    declaredAt: callerOf(streamModule),
    ports: portClasses,
    [moduleBrand]: true as const,
  }) as unknown as StreamModule;
}

/** Where a stream belongs: what messages, metrics and documents say about it. */
export interface ModuleIdentity {
  readonly name: string;
  readonly owner: string;
  /** The package that it was loaded from, and its version. */
  readonly package: string;
  readonly version: string;
}
