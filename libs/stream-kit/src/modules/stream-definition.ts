import { mastodonEvents, StreamEvent, type EventTypes, type Scope, type Viewer } from '@fedistream/domain';
import type { Label } from '@fedistream/delivery';
import {
  hasOwnCode,
  namesOf,
  type AnyContext,
  type AnyDeclaration,
  type AnyRequestContext,
} from '../declaration/any-declaration.js';
import type { AnyStream } from '../declaration/stream.js';
import { ignoredParams, labelOf, rawOf, readParams, type RawParams } from '../params/read-params.js';
import { refusalFor } from '../pipeline/stream-failure.js';
import type { ModuleIdentity } from './stream-module.js';

/** A subscription that a client wants: name and parameters are right, whether the viewer may is not known yet. */
export interface StreamRequest {
  readonly definition: StreamDefinition;
  readonly name: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly label: Label;
}

/** What `deps` of a stream holds. */
export type ResolvedDeps = Readonly<Record<string, unknown>>;

const falsy = new Set(['', 'false', '0', 'f', 'F', 'FALSE', 'off', 'OFF']);
const makeEvent = (name: string, payload?: unknown) => StreamEvent.of(name, payload);

/** A stream that has been loaded: its declaration, its providers, its owner, and how to read a client's request for it. */
export class StreamDefinition {
  readonly declaration: AnyDeclaration;
  readonly declaredAt: string;
  /** All names, with the variants that flags add. */
  readonly names: readonly string[];
  /** Events of other names are dropped; `undefined` where all pass. */
  readonly readable: ReadonlySet<string> | undefined;
  /** Names of events that carry no status, by what the stream declares or Mastodon's events are. */
  readonly eventsWithoutStatus: ReadonlySet<string>;
  /** Whether code of the stream runs for events. */
  readonly hasOwnCode: boolean;

  constructor(
    { declaration, declaredAt }: AnyStream,
    readonly module: ModuleIdentity,
    readonly deps: ResolvedDeps = {},
  ) {
    this.declaration = declaration;
    this.declaredAt = declaredAt;
    this.names = allNamesOf(declaration);
    const read = declaration.source ?? declaration.events;
    this.readable = read && new Set(Object.keys(read));
    this.eventsWithoutStatus = withoutStatus(read ?? mastodonEvents);
    this.hasOwnCode = hasOwnCode(declaration);
  }

  /** The scopes of which one is enough. */
  get scopes(): readonly Scope[] {
    return this.declaration.scopes;
  }

  /** The name that an SSE request means: the path's name, or the variant that a truthy flag chooses. */
  nameFor(pathName: string, query: RawParams): string {
    const flag = Object.entries(this.declaration.flags ?? {}).find(([parameter]) => isTruthy(query[parameter]));
    return flag === undefined ? pathName : `${pathName}:${flag[1]}`;
  }

  /**
   * Reads the parameters.
   *
   * @throws StreamingError 400 for a missing or malformed one, 401 for an id that cannot exist; `unexpected` where the
   *   `parse` of a parameter fails
   */
  request(name: string, raw: RawParams): StreamRequest {
    return { definition: this, name, params: this.#paramsOf(name, raw), label: this.label(name, raw) };
  }

  #paramsOf(name: string, raw: RawParams): StreamRequest['params'] {
    try {
      return readParams(this.declaration.params ?? {}, raw);
    } catch (failure) {
      throw refusalFor({ definition: this, name }, 'params', failure);
    }
  }

  /** The request with this label. @throws StreamingError as {@link request} */
  requestWith(label: Label): StreamRequest {
    return this.request(label[0], rawOf(label, this.declaration.params ?? {}));
  }

  /** The label that {@link request} gives, without parsing anything. @throws StreamingError as {@link labelOf} */
  label(name: string, raw: RawParams): Label {
    return labelOf(name, this.declaration.params ?? {}, raw);
  }

  /** What of a request is ignored: parameters that the stream does not know, and values behind the first. */
  ignored(raw: RawParams, others: readonly string[]): readonly string[] {
    const { params = {}, flags = {} } = this.declaration;
    return ignoredParams(params, [...others, ...Object.keys(flags)], raw);
  }

  /** What functions without a viewer are given. */
  requestContext({ params, name }: Pick<StreamRequest, 'params' | 'name'>): AnyRequestContext {
    return { params, name, deps: this.deps, event: makeEvent };
  }

  /** What functions with a viewer are given. */
  context(request: Pick<StreamRequest, 'params' | 'name'>, viewer: Viewer): AnyContext {
    // Functions of all streams of the connection are given the same object.
    return { ...this.requestContext(request), viewer: Object.freeze(viewer) };
  }
}

function withoutStatus(events: EventTypes): ReadonlySet<string> {
  return new Set(Object.entries(events).flatMap(([name, { carriesStatus }]) => (carriesStatus ? [] : [name])));
}

/** All names of a declaration, with the variants that flags add. */
export function allNamesOf(declaration: AnyDeclaration): readonly string[] {
  const names = namesOf(declaration);
  const suffixes = Object.values(declaration.flags ?? {});
  return [...names, ...names.flatMap((name) => suffixes.map((suffix) => `${name}:${suffix}`))];
}

function isTruthy(value: unknown): boolean {
  const single: unknown = Array.isArray(value) ? value[0] : value;
  return typeof single === 'string' && !falsy.has(single);
}
