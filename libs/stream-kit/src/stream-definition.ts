import { StreamingError, type Scope } from '@fedistream/domain';
import type { Label } from '@fedistream/delivery';
import { declarationOf, type StreamSource } from './stream.js';
import { namesOf, type StreamDeclaration } from './stream-declaration.js';

/** What a client asks for: parameters by name, not checked yet. A query string or a WebSocket message has this form. */
export type RawParams = Readonly<Record<string, unknown>>;

/** A subscription that somebody wants: name and parameters are right, whether the viewer may is not known yet. */
export interface StreamRequest {
  readonly definition: StreamDefinition;
  readonly name: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly label: Label;
}

const falsy = new Set(['', 'false', '0', 'f', 'F', 'FALSE', 'off', 'OFF']);
const longestParameter = 1_000;

/** A stream that has been loaded: its declaration and its source, and how to read a client's request for it. */
export class StreamDefinition {
  readonly declaration: StreamDeclaration;
  readonly source: StreamSource;

  /** @throws TypeError when the class of the source has no declaration */
  constructor(source: StreamSource<never>) {
    // Its declaration has been held against the class: what it is given is what it expects.
    this.source = source as StreamSource;
    this.declaration = declarationOf(source.constructor);
  }

  /** The scopes of which one is enough. */
  get scopes(): readonly Scope[] {
    return this.declaration.scopes;
  }

  /** All names, with the variants that flags add. */
  get names(): readonly string[] {
    const names = namesOf(this.declaration);
    const suffixes = Object.values(this.declaration.flags ?? {});
    return [...names, ...names.flatMap((name) => suffixes.map((suffix) => `${name}:${suffix}`))];
  }

  /** The name that an SSE request means: the path's name, or the variant that a truthy flag chooses. */
  nameFor(pathName: string, query: RawParams): string {
    const flag = Object.entries(this.declaration.flags ?? {}).find(([parameter]) => isTruthy(query[parameter]));
    return flag === undefined ? pathName : `${pathName}:${flag[1]}`;
  }

  /**
   * Reads the parameters.
   *
   * @throws StreamingError 400 for a missing or malformed one, 401 for an id that cannot exist
   */
  request(name: string, raw: RawParams): StreamRequest {
    const params: Record<string, unknown> = {};
    const label: [string, ...string[]] = [name];
    for (const [parameter, param] of Object.entries(this.declaration.params ?? {})) {
      const text = textOf(raw[parameter], parameter);
      const value = text === undefined ? undefined : param.parse(text, parameter);
      if (value === undefined && !param.optional) {
        throw new StreamingError('missingParameter', `Missing ${parameter} name parameter`);
      }
      if (text !== undefined && value !== undefined) {
        params[parameter] = value;
        label.push(text);
      }
    }
    return { definition: this, name, params, label };
  }
}

/** The first of a repeated parameter; `undefined` when there is none. */
function first(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value;
}

function textOf(value: unknown, name: string): string | undefined {
  const single = first(value);
  const text = Number.isSafeInteger(single) ? String(single) : single;
  if (typeof text !== 'string' || text === '') {
    return undefined;
  }
  if (text.length > longestParameter || text.includes('\0')) {
    throw new StreamingError('invalidParameter', `Invalid ${name} parameter`);
  }
  return text;
}

function isTruthy(value: unknown): boolean {
  const single = first(value);
  return typeof single === 'string' && !falsy.has(single);
}
