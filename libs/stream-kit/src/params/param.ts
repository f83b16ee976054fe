import { normaliseHashtag, StreamingError, type JsonSchema } from '@fedistream/domain';
import { isRecordId } from '@fedistream/util';

/** How one parameter of a stream is read from what a client sent. Built by the functions of this file. */
export interface Param<T> {
  /** Whether clients may leave it out; its value is `undefined` then. */
  readonly optional: boolean;
  /** For a parameter that takes several values, how many at most. */
  readonly max?: number;
  /** A value as a client could write it: for documents, and for trying the stream at start. */
  readonly example: string;
  /** What client developers read about one value. */
  readonly schema: JsonSchema;
  /**
   * Reads one text of a client: not empty, without NUL, at most 1,000 characters.
   *
   * @param name the parameter's name, for messages
   * @returns `undefined` when the text is as good as none
   * @throws StreamingError when it is wrong
   */
  readonly parse: (text: string, name: string) => unknown;
  /** Exists for the compiler only. */
  readonly value?: T;
}

/** The parameters of a stream, by the names that clients use. */
export type Params = Readonly<Record<string, Param<unknown>>>;

/** The values that parameters have after parsing. */
export type ParamValues<P extends Params> = {
  readonly [K in keyof P]: P[K] extends OptionalParam<infer T>
    ? T | undefined
    : P[K] extends Param<infer T>
      ? T
      : never;
};

/** A {@link Param} that may be left out. */
export interface OptionalParam<T> extends Param<T> {
  readonly optional: true;
}

/** What a kind of parameter is made of. */
export interface ParamOptions<T> {
  /** See {@link Param.parse}. */
  readonly parse: (text: string, name: string) => T | undefined;
  /** A value that `parse` accepts. */
  readonly example: string;
  /** Default: any string. */
  readonly schema?: JsonSchema;
}

/** A kind of parameter of a team's own. */
export function param<T>({ parse, example, schema = { type: 'string' } }: ParamOptions<T>): Param<T> {
  return Object.freeze({ optional: false, example, schema, parse });
}

/** A parameter that may be left out. */
export function optional<T>(inner: Param<T>): OptionalParam<T> {
  return Object.freeze({ ...inner, optional: true as const });
}

/** A parameter that takes one to `max` values: `any=a&any=b`, `any[]=a&any[]=b`, or an array over WebSocket. */
export function list<T>(inner: Param<T>, { max }: { readonly max: number }): Param<readonly T[]> {
  return Object.freeze({ optional: false, max, example: inner.example, schema: inner.schema, parse: inner.parse });
}

/** Any text without control characters. */
export function text(): Param<string> {
  return param({
    example: 'text',
    parse: (value, name) => {
      if (/\p{Cc}/u.test(value)) {
        throw new StreamingError('invalidParameter', `Invalid ${name} parameter`);
      }
      return value;
    },
  });
}

/** One of a few words. */
export function oneOf<const W extends string>(...words: readonly [W, ...W[]]): Param<W> {
  return param({
    example: words[0],
    schema: { type: 'string', enum: words },
    parse: (value, name) => {
      const word = words.find((candidate) => candidate === value);
      if (word === undefined) {
        throw new StreamingError('invalidParameter', `Invalid ${name} parameter, allowed: ${words.join(', ')}`);
      }
      return word;
    },
  });
}

/** A hashtag, without `#`; the value is the normalised form that names the channel. */
export function hashtag(): Param<string> {
  return param({
    example: 'cats',
    schema: { type: 'string', description: 'A hashtag without #' },
    parse: (value) => normaliseHashtag(value) || undefined,
  });
}

/**
 * The id of a database record. Anything that cannot be one (signs, leading zeros, beyond 2^63-1) is refused like the id
 * of another account's record, without asking the database.
 */
export function recordId(): Param<string> {
  return param({
    example: '1',
    schema: { type: 'string', pattern: '^(0|[1-9][0-9]{0,18})$', description: 'A decimal id' },
    parse: (value, name) => {
      if (!isRecordId(value)) {
        throw new StreamingError('notAuthorized', `Not authorized to stream this ${name}`);
      }
      return value;
    },
  });
}
