import type { ClosedBy } from '@fedistream/audience';
import type { EventTypes, Scope, StreamEvent, Viewer } from '@fedistream/domain';
import type { Params } from '../params/param.js';
import type { AudienceKind, Injected } from './stream-declaration.js';

/** What a stream's function is given. Which of the members it may read, its declaration's types say. */
export interface AnyContext {
  readonly params: Readonly<Record<string, unknown>>;
  readonly name: string;
  readonly viewer: Viewer;
  readonly deps: Readonly<Record<string, unknown>>;
  readonly event: (name: string, payload?: unknown) => StreamEvent;
}

/** A context without a viewer. */
export type AnyRequestContext = Omit<AnyContext, 'viewer'>;

/**
 * A declaration without its type parameters. What its functions answer is `unknown`: a module may be plain JavaScript, or
 * got round the compiler.
 */
export interface AnyDeclaration {
  readonly name: string | readonly [string, ...string[]];
  readonly scopes: readonly Scope[];
  readonly audience: AudienceKind;
  readonly closedBy?: ClosedBy;
  readonly params?: Params;
  readonly flags?: Readonly<Record<string, string>>;
  readonly events?: EventTypes;
  readonly source?: EventTypes;
  readonly inject?: Injected;
  readonly authorize?: (context: AnyContext) => unknown;
  readonly authorizeMany?: (contexts: readonly AnyContext[], context: Pick<AnyContext, 'deps'>) => unknown;
  readonly channels: (context: AnyContext) => unknown;
  readonly replayable?: false;
  readonly accepts?: (event: StreamEvent, context: AnyRequestContext) => unknown;
  readonly acceptsFor?: (event: StreamEvent, context: AnyContext) => unknown;
  readonly map?: (event: StreamEvent, context: AnyRequestContext) => unknown;
  readonly select?: (events: unknown, context: AnyRequestContext) => unknown;
  readonly snapshot?: (context: AnyContext) => unknown;
}

/** The declared names as a list, without the variants that flags add. */
export function namesOf({ name }: Pick<AnyDeclaration, 'name'>): readonly string[] {
  return typeof name === 'string' ? [name] : name;
}

/** Whether the stream has code that runs for events: then requests with different parameters share nothing. */
export function hasOwnCode(declaration: AnyDeclaration): boolean {
  const { accepts, acceptsFor, map, select, events, source } = declaration;
  return [accepts, acceptsFor, map, select, events, source].some((member) => member !== undefined);
}
