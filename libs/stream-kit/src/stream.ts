import type { Channel, Scope, StreamEvent, Viewer } from '@fedistream/domain';
import type { Observable } from 'rxjs';
import type { Params, ParamValues } from './param.js';

/** What a team declares about a stream. */
export interface StreamDeclaration<P extends Params = Params> {
  /**
   * The name that clients subscribe to, or all names of a family. The SSE path follows from it: `admin:reports` is
   * `/api/v1/streaming/admin/reports`.
   */
  readonly name: string | readonly [string, ...string[]];

  /** The OAuth scopes of which one is enough. */
  readonly scopes: readonly [Scope, ...Scope[]];

  /**
   * Who decides which viewer receives an event. `chosen-by-publisher`: the platform did, by the channel it published on.
   * `per-viewer`: this server does, for each status and viewer: visibility, feed access, languages, blocks, mutes,
   * domain blocks and filters all apply.
   */
  readonly audience: 'chosen-by-publisher' | 'per-viewer';

  /**
   * For `per-viewer` streams, which feed settings of the instance can close it: those of the live feeds (the default), of
   * hashtags and links (`topic`), or none.
   */
  readonly feed?: 'live' | 'topic' | 'none';

  /** Parameters, in the order in which labels name them. */
  readonly params?: P;

  /**
   * Variants with a suffix in their name, which SSE clients choose by a query flag: `{ only_media: 'media' }` adds
   * `public:media` to `public`, and `/public?only_media=true` opens it.
   */
  readonly flags?: Readonly<Record<string, string>>;
}

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
 * Declares a class as a stream. A declaration without scopes or audience does not compile, and does not start.
 *
 * @throws TypeError naming what is missing or wrong
 */
export function Stream<const D extends StreamDeclaration>(declaration: D) {
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

/** The declaration's names as a list, without the variants that flags add. */
export function namesOf({ name }: StreamDeclaration): readonly string[] {
  return typeof name === 'string' ? [name] : name;
}

const nameForm = /^[a-z0-9_-]+(?::[a-z0-9_-]+)*$/;

/** What the compiler has checked already, for those who got around it. */
function problemOf(declaration: Partial<StreamDeclaration>): string | undefined {
  const names = declaration.name === undefined ? [] : namesOf(declaration as StreamDeclaration);
  if (names.length === 0 || !names.every((name) => nameForm.test(name))) {
    return 'name must be words of a-z, 0-9, _ and -, joined by ":"';
  }
  if (!Array.isArray(declaration.scopes) || declaration.scopes.length === 0) {
    return 'scopes must name at least one OAuth scope';
  }
  if (declaration.audience !== 'per-viewer' && declaration.audience !== 'chosen-by-publisher') {
    return 'audience must be "per-viewer" or "chosen-by-publisher"';
  }
  return undefined;
}
