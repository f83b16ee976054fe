import { StreamingError } from '@fedistream/domain';
import type { Label } from '@fedistream/delivery';
import { refusePromise } from '../pipeline/refuse-promise.js';
import type { Param, Params } from './param.js';

/** What a client asks for: parameters by name, not checked yet. A query string or a WebSocket message has this form. */
export type RawParams = Readonly<Record<string, unknown>>;

/** The texts that a client gave for each parameter. */
type Texts = readonly (readonly [name: string, param: Param<unknown>, texts: readonly string[]])[];

const longestText = 1_000;

/**
 * Reads the parameters of a request.
 *
 * @throws StreamingError 400 for a missing or malformed one, 401 for an id that cannot exist
 */
export function readParams(declared: Params, raw: RawParams): Readonly<Record<string, unknown>> {
  const params: Record<string, unknown> = {};
  for (const [name, param, texts] of textsOf(declared, raw)) {
    const value = valueOf(name, param, texts);
    if (value !== undefined) {
      params[name] = value;
    } else if (!param.optional) {
      throw missing(name);
    }
  }
  return params;
}

/**
 * The label of a request: the stream's name, then the values as this client wrote them, in the order of the declaration.
 * Where more than one parameter may be absent or repeated, each value says whose it is (`any=cats`), so that no two
 * requests have one label. Parses nothing: unsubscribing looks a label up.
 *
 * @throws StreamingError 400 for a parameter that is missing, or a value that is too long
 */
export function labelOf(name: string, declared: Params, raw: RawParams): Label {
  const named = Object.values(declared).filter(isFlexible).length > 1;
  const values = textsOf(declared, raw).flatMap(([parameter, { optional }, texts]) => {
    if (texts.length === 0 && !optional) {
      throw missing(parameter);
    }
    return named ? texts.map((text) => `${parameter}=${text}`) : texts;
  });
  return [name, ...values];
}

/** Parameters from which {@link labelOf} makes this label. */
export function rawOf([, ...values]: Label, declared: Params): RawParams {
  const entries = Object.entries(declared);
  if (entries.filter(([, param]) => isFlexible(param)).length > 1) {
    const raw: Record<string, string[]> = {};
    for (const value of values) {
      const end = value.indexOf('=');
      (raw[value.slice(0, end)] ??= []).push(value.slice(end + 1));
    }
    return raw;
  }
  // Each other parameter has one value: what is left is that of the flexible one.
  const flexible = values.length - entries.filter(([, param]) => !isFlexible(param)).length;
  return Object.fromEntries(entries.map(([name, param]) => [name, values.splice(0, isFlexible(param) ? flexible : 1)]));
}

/** Whether it may be absent or repeated. */
function isFlexible({ optional, max }: Param<unknown>): boolean {
  return optional || max !== undefined;
}

/** What of a request nothing is made of: parameters that the stream does not know, and values behind the first. */
export function ignoredParams(declared: Params, others: readonly string[], raw: RawParams): readonly string[] {
  return Object.keys(raw).filter((key) => {
    const name = withoutBrackets(key);
    const param = Object.hasOwn(declared, name) ? declared[name] : undefined;
    return param === undefined
      ? !others.includes(key)
      : param.max === undefined && Array.isArray(raw[key]) && raw[key].length > 1;
  });
}

function textsOf(declared: Params, raw: RawParams): Texts {
  return Object.entries(declared).map(([name, param]) => {
    const values = [raw[name], raw[`${name}[]`]].flat();
    const texts = [...new Set(values.map((value) => textOf(value, name)).filter((text) => text !== undefined))];
    if (param.optional && texts.length === 0 && values.some(isGiven)) {
      throw invalid(name);
    }
    return [name, param, param.max === undefined ? texts.slice(0, 1) : texts];
  });
}

function valueOf(name: string, { max, parse }: Param<unknown>, texts: readonly string[]): unknown {
  if (max === undefined) {
    return texts[0] === undefined ? undefined : parsed(parse, texts[0], name);
  }
  if (texts.length > max) {
    throw new StreamingError('invalidParameter', `Too many values of the ${name} parameter, at most ${max}`);
  }
  const values = texts.map((text) => parsed(parse, text, name)).filter((value) => value !== undefined);
  return values.length > 0 ? values : undefined;
}

function parsed(parse: Param<unknown>['parse'], text: string, name: string): unknown {
  return refusePromise(parse(text, name), `parse of the parameter "${name}" must return a value`);
}

function textOf(value: unknown, name: string): string | undefined {
  const text = Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== 'string' || text === '') {
    return undefined;
  }
  if (text.length > longestText || text.includes('\0')) {
    throw invalid(name);
  }
  return text;
}

/** A value that is no text, such as an id beyond 2^53: ignored, it would open a wider stream than the client has asked for. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function invalid(name: string): StreamingError {
  return new StreamingError('invalidParameter', `Invalid ${name} parameter`);
}

function missing(name: string): StreamingError {
  return new StreamingError('missingParameter', `Missing ${name} name parameter`);
}

/** Some clients write lists as `any[]=a&any[]=b`. */
function withoutBrackets(key: string): string {
  return key.endsWith('[]') ? key.slice(0, -2) : key;
}
