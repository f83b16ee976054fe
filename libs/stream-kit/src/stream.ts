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

/** What a stream is. Built by Nest: its constructor may ask for anything that the kit offers. */
export interface StreamSource<P = Readonly<Record<string, unknown>>> {
  /**
   * Whether this viewer may open the stream with these parameters. Scopes have been checked. May wait; if the client
   * leaves meanwhile, the answer is dropped. Left out: everybody with the scopes may.
   */
  authorize?(context: StreamContext<P>): boolean | Promise<boolean>;

  /** The channels that feed it. */
  channels(context: StreamContext<P>): readonly Channel[];

  /**
   * What passes, and in which form. Works once per event for all viewers with the same parameters, which is why it does
   * not know the viewer. Events are frozen: return them, drop them or make new ones.
   */
  select?(events: Observable<StreamEvent>, context: Pick<StreamContext<P>, 'params' | 'name'>): Observable<StreamEvent>;
}

const declarations = new WeakMap<object, StreamDeclaration>();

type SourceOf<D extends StreamDeclaration> = StreamSource<
  D['params'] extends Params ? ParamValues<D['params']> : Readonly<Record<string, never>>
>;

/**
 * Members that a declaration must not have. The compiler checks for unknown ones only where the type is not inferred, and
 * it is inferred here, so that `params` can be held against the class.
 */
type Refused<D> =
  Exclude<keyof D, keyof StreamDeclaration> | (D extends { readonly audience: 'chosen-by-publisher' } ? 'feed' : never);

/**
 * Declares a class as a stream. A declaration without scopes or audience, with a misspelt member or with a feed that
 * nothing applies does not compile, and does not start.
 *
 * @throws TypeError naming what is missing or wrong
 */
export function Stream<const D extends StreamDeclaration>(
  declaration: D & { readonly [K in keyof D & Refused<D>]: never },
) {
  return (target: new (...dependencies: never[]) => SourceOf<D>): void => {
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
