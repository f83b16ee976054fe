import type { ChannelOf, EventTypes, MastodonEvents, PayloadOf, Scope, StreamEvent, Viewer } from '@fedistream/domain';
import type { ClosedBy } from '@fedistream/audience';
import type { Observable } from 'rxjs';
import type { Params, ParamValues } from '../params/param.js';
import type { Mistake, Present } from './mistake.js';

/**
 * What decides which viewers receive an event. `chosen-by-publisher`: the platform has, by the channel it published on.
 * `per-viewer`: this server does, for each status and viewer: visibility, feed access, languages, blocks, mutes, domain
 * blocks and filters.
 */
export type AudienceKind = 'chosen-by-publisher' | 'per-viewer';

/** What Nest can look up: a class, abstract or not, or a token. */
export type Injected = Readonly<Record<string, (abstract new (...dependencies: never[]) => unknown) | string | symbol>>;

/** What was looked up, by the names in `inject`. */
export type Deps<D extends Injected> = {
  readonly [K in keyof D]: D[K] extends abstract new (...dependencies: never[]) => infer T ? T : unknown;
};

/** An event with the payload that its name has: narrow it by `event.name`. */
export type TypedEvent<E extends EventTypes> = {
  readonly [Name in keyof E & string]: StreamEvent & {
    readonly name: Name;
    readonly payload: PayloadOf<E[Name]>;
  };
}[keyof E & string];

/** Makes an event that the stream declares: `event('unread', { count: 3 })`. */
export type EventMaker<E extends EventTypes> = <Name extends keyof E & string>(
  name: Name,
  ...payload: PayloadOf<E[Name]> extends undefined ? [] : [payload: PayloadOf<E[Name]>]
) => TypedEvent<E>;

/** What is known about a request, without its viewer. */
export interface RequestContext<P extends Params> {
  /** The parsed parameters. */
  readonly params: ParamValues<P>;
  /** Which of the declared names was asked for. */
  readonly name: string;
}

/** What is known about a request and the viewer that makes it. */
export interface ViewerContext<P extends Params> extends RequestContext<P> {
  readonly viewer: Viewer;
}

/** What the stream's own providers are called in `inject`. */
export interface WithDeps<D extends Injected> {
  readonly deps: Deps<D>;
}

/** How a stream may make events. */
export interface WithEvents<E extends EventTypes> {
  readonly event: EventMaker<E>;
}

/**
 * What a team says about a stream. The type parameters are inferred: parameters P, events for clients E, events on the
 * channels S, injected providers D, audience A.
 */
export interface StreamDeclaration<
  P extends Params = Params,
  E extends EventTypes = EventTypes,
  S extends EventTypes = EventTypes,
  D extends Injected = Injected,
  A extends AudienceKind = AudienceKind,
> {
  /**
   * The name that clients subscribe to, or all names of a family. The SSE path follows from it: `admin:reports` is
   * `/api/v1/streaming/admin/reports`.
   */
  readonly name: string | readonly [string, ...string[]];

  /** The OAuth scopes of which one is enough. A wider scope does not include a narrower one: name both. */
  readonly scopes: readonly [Scope, ...Scope[]];

  /** See {@link AudienceKind}. */
  readonly audience: A;

  /** For `per-viewer` streams, which feed settings of the instance close it. Left out: none does. */
  readonly closedBy?: A extends 'per-viewer'
    ? ClosedBy
    : Mistake<'no setting closes a stream whose audience the publisher has chosen'>;

  /** Parameters, in the order in which labels name them. */
  readonly params?: P;

  /**
   * Variants with a suffix in their name, which SSE clients choose by a query flag: `{ only_media: 'media' }` adds
   * `public:media` to `public`, and `/public?only_media=true` opens it.
   */
  readonly flags?: Readonly<Record<string, string>>;

  /** What clients receive. Left out: what Mastodon's channels carry, and any other event passes untouched. */
  readonly events?: E;

  /** What the channels carry, where `map` makes `events` of it. Left out: `events`. Events of other names are dropped. */
  readonly source?: S;

  /** Providers of the module's `imports` and `providers`, or `Lists` and `Roles`, by the names they have in `deps`. */
  readonly inject?: D;

  /**
   * Whether this viewer may have the stream with these parameters. Scopes have been checked. May wait up to 10 s. Asked at
   * opening, on the re-validation interval and on the control event `reauthorize`. Left out: every viewer with a scope may.
   *
   * @throws StreamingError what the client is told
   */
  readonly authorize?: (context: ViewerContext<P> & WithDeps<D>) => boolean | Promise<boolean>;

  /** The same for many open subscriptions at once, in their order; `authorize` is asked at opening. */
  readonly authorizeMany?: (contexts: readonly ViewerContext<P>[], context: WithDeps<D>) => Promise<readonly boolean[]>;

  /**
   * The channels that feed it: at least one, each built by a channel family. Must depend on nothing but its argument: it is
   * called with the parameters' examples at start.
   */
  readonly channels: (context: ViewerContext<P>) => readonly ChannelOf[];

  /**
   * `false` where `accepts` depends on events that this process has seen before. A client that resumes is told then that
   * something may be missing, in place of being given less than it missed. A stream with `select` is never replayed.
   */
  readonly replayable?: false;

  /**
   * Whether an event is for requests with these parameters. Once for each event and set of parameters, and once more for
   * each client that resumes. `params` is an object of its own for each of these runs: memory that is kept by it, as in a
   * WeakMap, is of one run.
   */
  readonly accepts?: (event: TypedEvent<S>, context: RequestContext<P> & WithDeps<D>) => boolean;

  /**
   * Whether this viewer receives an event, after the audience was decided; on a `per-viewer` stream the event has the
   * viewer's `filtered`. Costs a call for each event and viewer, so it is synchronous.
   */
  readonly acceptsFor?: (event: TypedEvent<S>, context: ViewerContext<P> & WithDeps<D>) => boolean;

  /**
   * What clients receive in place of an event, or nothing. Pure, once for each event; on a `per-viewer` stream once for
   * each variant, after the audience was decided about the event that it is made from.
   */
  readonly map?: (
    event: TypedEvent<S>,
    context: RequestContext<P> & WithDeps<D> & WithEvents<E>,
  ) => TypedEvent<E> | undefined;

  /**
   * What passes, for operators over time. Not for `per-viewer` streams: the audience is decided about single events. A
   * stream that has it cannot be replayed.
   */
  readonly select?: A extends 'per-viewer'
    ? Mistake<'a per-viewer stream has accepts, acceptsFor and map: the audience decides about single events'>
    : (
        events: Observable<TypedEvent<S>>,
        context: RequestContext<P> & WithDeps<D> & WithEvents<E>,
      ) => Observable<TypedEvent<E>>;

  /**
   * What a subscription receives first. Nothing that is published meanwhile is missed. On a `per-viewer` stream the
   * audience decides about these events, too. One that fails refuses the subscription.
   */
  readonly snapshot?: (
    context: ViewerContext<P> & WithDeps<D> & WithEvents<E>,
  ) => readonly TypedEvent<E>[] | Promise<readonly TypedEvent<E>[]>;
}

/**
 * What no declaration may leave out. Apart from {@link StreamDeclaration}, whose members are optional where a declaration
 * is inferred: from an object that lacks required members and has unknown ones, which is what a misspelt `scopes` makes,
 * the compiler infers nothing, and complains about everything but that name.
 */
export interface RequiredMembers {
  readonly name: Present;
  readonly scopes: Present;
  readonly audience: Present;
  readonly channels: Present;
}

/** The events of a stream that declares none. */
export type DefaultEvents = MastodonEvents;
