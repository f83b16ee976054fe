import type { Channel, StreamEvent, Viewer } from '@fedistream/domain';
import type { Observable } from 'rxjs';
import { problemOf } from './declaration-problem.js';
import type { Params, ParamValues } from './param.js';
import type { StreamDeclaration } from './stream-declaration.js';

/** What a stream is asked about. */
export interface StreamContext<P = Readonly<Record<string, unknown>>> {
  readonly viewer: Viewer;
  /** The parsed parameters. */
  readonly params: P;
  /** Which of the declared names was asked for. */
  readonly name: string;
}

/**
 * What a stream is. Built by Nest: its constructor may ask for anything that the kit offers. `StreamSource<never>` is any
 * stream, whatever its parameters.
 *
 * These are properties, not methods, so that the compiler compares parameters strictly: one that a client may leave out
 * does not pass for one that is always there.
 */
export interface StreamSource<P = Readonly<Record<string, unknown>>> {
  /**
   * Whether this viewer may open the stream with these parameters. Scopes have been checked. May wait; if the client
   * leaves meanwhile, the answer is dropped. Left out: everybody with the scopes may.
   */
  readonly authorize?: (context: StreamContext<P>) => boolean | Promise<boolean>;

  /** The channels that feed it: at least one. */
  readonly channels: (context: StreamContext<P>) => readonly Channel[];

  /**
   * What passes, and in which form. Works once per event for all viewers with the same parameters, which is why it does
   * not know the viewer. Events are frozen: return them, drop them or make new ones.
   */
  readonly select?: (
    events: Observable<StreamEvent>,
    context: Pick<StreamContext<P>, 'params' | 'name'>,
  ) => Observable<StreamEvent>;
}

const declarations = new WeakMap<object, StreamDeclaration>();

type SourceOf<D extends StreamDeclaration> = StreamSource<
  D['params'] extends Params ? ParamValues<D['params']> : Readonly<Record<string, never>>
>;

/** A type that nothing has, so that the compiler says the sentence. */
interface Mistake<Sentence extends string> {
  readonly mistake: Sentence;
}

/**
 * Members that a declaration must not have. The compiler looks for unknown ones only where the type is not inferred, and
 * it is inferred here, so that `params` can be held against the class.
 */
type Refused<D> = {
  readonly [K in Exclude<keyof D, keyof StreamDeclaration> & string]: Mistake<`a declaration has no "${K}"`>;
} & (D extends { readonly audience: 'chosen-by-publisher' }
  ? { readonly closedBy?: Mistake<'no feed setting closes a stream whose audience the publisher has chosen'> }
  : unknown);

/** Public members that a class must not have: a misspelt `authorize` would be a guard that nobody asks. */
type Unasked<S> = {
  readonly [
    K in Exclude<keyof S, keyof StreamSource> & string
  ]: Mistake<`no stream is asked for "${K}"; a helper is private`>;
};

/**
 * Declares a class as a stream. A declaration without scopes or audience, with a misspelt member or with a `closedBy` that
 * nothing applies does not compile, and does not start. A class with public members that no stream has does not compile.
 *
 * @throws TypeError naming what is missing or wrong
 */
export function Stream<const D extends StreamDeclaration>(declaration: D & Refused<D>) {
  return <S extends SourceOf<D>>(target: new (...dependencies: never[]) => S & Unasked<S>): void => {
    const problem = problemOf(declaration);
    if (problem !== undefined) {
      throw new TypeError(`@Stream on ${target.name}: ${problem}`);
    }
    declarations.set(target, Object.freeze<StreamDeclaration>({ ...declaration } as StreamDeclaration));
  };
}

/** The declaration of a stream class. @throws TypeError when the class has no {@link Stream} decorator */
export function declarationOf(streamClass: object & { readonly name: string }): StreamDeclaration {
  const declaration = declarations.get(streamClass);
  if (declaration === undefined) {
    throw new TypeError(`${streamClass.name} is listed as a stream, but has no @Stream() declaration`);
  }
  return declaration;
}
