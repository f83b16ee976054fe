import { normaliseHashtag, StreamingError } from '@fedistream/domain';
import { isRecordId } from '@fedistream/util';

/** How one parameter of a stream is read from what a client sent. */
export interface Param<T> {
  /** A parameter that may be left out; its value is `undefined` then. */
  readonly optional: boolean;
  /**
   * Reads the text of a client: not empty, without NUL, of bounded length.
   *
   * @param name the parameter's name, for messages
   * @returns `undefined` when the text is as good as none
   * @throws StreamingError when it is wrong
   */
  parse(text: string, name: string): T | undefined;
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

/** A parameter that may be left out. */
export function optional<T>(param: Param<T>): OptionalParam<T> {
  return { optional: true, parse: (text, name) => param.parse(text, name) };
}

/** Any text without control characters, which nobody types. */
export function text(): Param<string> {
  return {
    optional: false,
    parse: (value, name) => {
      if (/\p{Cc}/u.test(value)) {
        throw new StreamingError('invalidParameter', `Invalid ${name} parameter`);
      }
      return value;
    },
  };
}

/** One of a few words. */
export function oneOf<const W extends string>(...words: readonly W[]): Param<W> {
  return {
    optional: false,
    parse: (value, name) => {
      const word = words.find((candidate) => candidate === value);
      if (word === undefined) {
        throw new StreamingError('invalidParameter', `Invalid ${name} parameter, allowed: ${words.join(', ')}`);
      }
      return word;
    },
  };
}

/** A hashtag, without `#`; the value is the normalised form that names the channel. */
export function hashtag(): Param<string> {
  return { optional: false, parse: (value) => normaliseHashtag(value) || undefined };
}

/**
 * The id of a database record. Anything that cannot be one (signs, leading zeros, beyond 2^63-1) is refused like the id
 * of somebody else's record, without asking the database.
 */
export function recordId(): Param<string> {
  return {
    optional: false,
    parse: (value, name) => {
      if (!isRecordId(value)) {
        throw new StreamingError('notAuthorized', `Not authorized to stream this ${name}`);
      }
      return value;
    },
  };
}
