import type { EventType } from '@fedistream/domain';
import { errorReason } from '@fedistream/util';
import type { Param } from '../params/param.js';
import { readParams } from '../params/read-params.js';
import { namesOf, type AnyDeclaration } from './any-declaration.js';
import { reservedNames, reservedParameters } from './reserved-names.js';

const members = Object.keys({
  name: true,
  scopes: true,
  audience: true,
  closedBy: true,
  params: true,
  flags: true,
  events: true,
  source: true,
  inject: true,
  authorize: true,
  authorizeMany: true,
  channels: true,
  replayable: true,
  accepts: true,
  acceptsFor: true,
  map: true,
  select: true,
  snapshot: true,
} satisfies Record<keyof AnyDeclaration, true>);
const functions = [
  'authorize',
  'authorizeMany',
  'accepts',
  'acceptsFor',
  'map',
  'select',
  'snapshot',
] as const satisfies readonly (keyof AnyDeclaration)[];
const nameForm = /^[a-z0-9_-]+(?::[a-z0-9_-]+)*$/;
const parameterForm = /^[A-Za-z][A-Za-z0-9_-]*$/;
/** https://datatracker.ietf.org/doc/html/rfc6749#section-3.3 */
const scopeForm = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

/**
 * Everything that is wrong with a declaration, a sentence each. Most of it the compiler has found already; plain
 * JavaScript and casts get round it, and what is wrong in silence, such as a misspelt `authorize`, could show a stream to
 * too many.
 */
export function problemsOf(declaration: Partial<AnyDeclaration>): readonly string[] {
  return [
    ...Object.keys(declaration)
      .filter((member) => !members.includes(member))
      .map((member) => `there is no "${member}"; a stream has ${members.join(', ')}`),
    ...problemsOfNames(declaration),
    ...problemsOfAccess(declaration),
    ...problemsOfParameters(declaration),
    ...problemsOfEvents(declaration),
    ...problemsOfFunctions(declaration),
  ];
}

function* problemsOfNames({ name }: Partial<AnyDeclaration>): Iterable<string> {
  const names: readonly unknown[] = Array.isArray(name) ? name : [name];
  if (names.length === 0 || !names.every((each) => hasForm(each, nameForm))) {
    yield 'name must be words of a-z, 0-9, _ and -, joined by ":"';
  }
  for (const reserved of reservedNames.filter((each) => names.includes(each))) {
    yield `name must not be "${reserved}": /api/v1/streaming/${reserved} is the server's own`;
  }
}

function* problemsOfAccess({ scopes, audience, closedBy, select }: Partial<AnyDeclaration>): Iterable<string> {
  if (!Array.isArray(scopes) || scopes.length === 0) {
    yield 'scopes must name at least one OAuth scope';
  } else if (!scopes.every((scope) => hasForm(scope, scopeForm))) {
    yield 'scopes must be a list of OAuth scopes, each without blanks';
  }
  if (audience !== 'per-viewer' && audience !== 'chosen-by-publisher') {
    yield 'audience must be "per-viewer" or "chosen-by-publisher"';
  }
  if (closedBy !== undefined && !['live-feeds', 'topic-feeds'].includes(closedBy)) {
    yield 'closedBy must be "live-feeds" or "topic-feeds", or left out';
  } else if (closedBy !== undefined && audience === 'chosen-by-publisher') {
    yield 'closedBy is for "per-viewer" streams: no setting closes one whose audience the publisher has chosen';
  }
  if (select !== undefined && audience === 'per-viewer') {
    yield 'select is not for "per-viewer" streams: the audience decides about single events; use accepts, acceptsFor and map';
  }
}

function* problemsOfParameters(declaration: Partial<AnyDeclaration>): Iterable<string> {
  const { params = {}, flags = {} } = declaration;
  const names = Object.keys({ ...params, ...flags });
  for (const name of names.filter((each) => reservedParameters.includes(each))) {
    yield `"${name}" cannot be a parameter's name: every request may have one of its own`;
  }
  for (const name of names.filter((each) => !parameterForm.test(each))) {
    yield `"${name}" cannot be a parameter's name: use letters, digits, _ and -`;
  }
  for (const name of Object.keys(flags).filter((flag) => Object.hasOwn(params, flag))) {
    yield `"${name}" cannot be both a parameter and a flag`;
  }
  if (!Object.values(flags).every((suffix) => hasForm(suffix, nameForm))) {
    yield 'flags must add words of a-z, 0-9, _ and -, joined by ":"';
  }
  for (const [name, param] of Object.entries<unknown>(params)) {
    yield* problemsOfParameter(name, param);
  }
}

/** The server tries each stream with the examples of its parameters at start, and documents them. */
function* problemsOfParameter(name: string, param: unknown): Iterable<string> {
  const { parse, example, schema } = (param ?? {}) as Partial<Param<unknown>>;
  if (typeof parse !== 'function') {
    yield `params.${name} must be text(), recordId() or another kind of parameter`;
  } else if (typeof example !== 'string' || example === '') {
    yield `params.${name} must have an example, a text as a client could write it`;
  } else if (!isJson(schema)) {
    yield `the schema of params.${name} must be JSON: it is part of the documents`;
  } else {
    try {
      readParams({ [name]: { ...(param as Param<unknown>), optional: false } }, { [name]: example });
    } catch (failure) {
      yield `params.${name} does not read its own example "${example}": ${errorReason(failure)}`;
    }
  }
}

/** An event type without `carriesStatus` would count as one without a status, and pass a `per-viewer` stream undecided. */
function* problemsOfEvents({ events, source }: Partial<AnyDeclaration>): Iterable<string> {
  for (const [member, types] of Object.entries<unknown>({ events, source })) {
    if (types !== undefined && (typeof types !== 'object' || types === null || Array.isArray(types))) {
      yield `${member} must be an object: event types by name`;
      continue;
    }
    for (const [name, type] of Object.entries((types ?? {}) as Record<string, unknown>)) {
      const { carriesStatus, schema } = (type ?? {}) as Partial<EventType>;
      if (typeof carriesStatus !== 'boolean') {
        yield `${member}.${name} must be payload<T>() or noPayload()`;
      } else if (!isJson(schema)) {
        yield `the schema of ${member}.${name} must be JSON: it is part of the documents`;
      }
    }
  }
}

function isJson(value: unknown): boolean {
  try {
    return typeof JSON.stringify(value) === 'string';
  } catch {
    return false;
  }
}

function* problemsOfFunctions(declaration: Partial<AnyDeclaration>): Iterable<string> {
  if (typeof declaration.channels !== 'function') {
    yield 'channels must be a function that returns the channels which feed the stream';
  }
  for (const member of functions) {
    if (declaration[member] !== undefined && typeof declaration[member] !== 'function') {
      yield `${member} must be a function`;
    }
  }
  if (declaration.replayable !== undefined && (declaration.replayable as unknown) !== false) {
    yield 'replayable must be false, or left out';
  }
  if (declaration.authorizeMany !== undefined && declaration.authorize === undefined) {
    yield 'authorizeMany needs authorize, which is asked at opening';
  }
}

function hasForm(value: unknown, form: RegExp): boolean {
  return typeof value === 'string' && form.test(value);
}

/** What a stream is called in messages, also one whose name is wrong. */
export function titleOf({ name }: Partial<AnyDeclaration>): string {
  return `stream "${name === undefined ? '' : String(namesOf({ name })[0])}"`;
}
