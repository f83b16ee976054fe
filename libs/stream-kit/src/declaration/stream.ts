import type { EventTypes } from '@fedistream/domain';
import type { Params } from '../params/param.js';
import { streamBrand } from './brand.js';
import { callerOf } from './caller.js';
import type { AnyDeclaration } from './any-declaration.js';
import type {
  AudienceKind,
  DefaultEvents,
  Deps,
  Injected,
  RequiredMembers,
  StreamDeclaration,
} from './stream-declaration.js';

/** No parameters, and nothing injected. */
// eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- an empty object is what is meant
type None = Readonly<Record<never, never>>;

/** A stream as a module lists it. The type parameters are for tests, which give parameters and providers by name. */
export interface Stream<P extends Params = Params, D extends Injected = Injected> {
  readonly declaration: AnyDeclaration;
  /** `file:line` of the declaration, for messages. */
  readonly declaredAt: string;
  readonly [streamBrand]: true;
  /** Exist for the compiler only. */
  readonly types?: { readonly params: P; readonly deps: D };
}

/**
 * The providers of a stream as a test may give them: the public members of each, so that an object with some methods will
 * do in place of a class.
 */
export type DepsOf<D extends Injected> = { readonly [K in keyof Deps<D>]: Pick<Deps<D>[K], keyof Deps<D>[K]> };

/** Any stream, whatever its parameters and providers. */
export type AnyStream = Pick<Stream, 'declaration' | 'declaredAt' | typeof streamBrand>;

/**
 * Declares a stream: what clients ask for, which viewers may have it, what feeds it, what passes. Parameters, events and
 * providers are written once; every function is typed by them.
 *
 * It throws nothing: all that is wrong with all streams is reported at start, with this call's file and line.
 */
export function stream<
  const P extends Params = None,
  const E extends EventTypes = DefaultEvents,
  const S extends EventTypes = E,
  const D extends Injected = None,
  const A extends AudienceKind = AudienceKind,
>(declaration: Partial<StreamDeclaration<P, E, S, D, A>> & RequiredMembers): Stream<P, D> {
  return Object.freeze({
    declaration: Object.freeze({ ...declaration }) as unknown as AnyDeclaration,
    declaredAt: callerOf(stream),
    [streamBrand]: true as const,
  });
}
