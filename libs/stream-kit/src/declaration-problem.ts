import { reservedNames, reservedParameters } from './reserved-names.js';
import type { StreamDeclaration } from './stream-declaration.js';

const members = Object.keys({
  name: true,
  scopes: true,
  audience: true,
  closedBy: true,
  params: true,
  flags: true,
} satisfies Record<keyof StreamDeclaration, true>);
const nameForm = /^[a-z0-9_-]+(?::[a-z0-9_-]+)*$/;
/** https://datatracker.ietf.org/doc/html/rfc6749#section-3.3 */
const scopeForm = /^[\x21\x23-\x5B\x5D-\x7E]+$/;
const closings: readonly unknown[] = ['live-feeds', 'topic-feeds', undefined];

/**
 * What is wrong with a declaration, for whoever wrote it. Most of it the compiler has found already, unless somebody got
 * around it; what it would miss in silence, such as a misspelt `closedBy`, could show a stream to too many.
 */
export function problemOf(declaration: Partial<StreamDeclaration>): string | undefined {
  const stranger = Object.keys(declaration).find((member) => !members.includes(member));
  if (stranger !== undefined) {
    return `there is no "${stranger}"; a declaration has ${members.join(', ')}`;
  }
  return problemOfNames(declaration) ?? problemOfAccess(declaration) ?? problemOfParameters(declaration);
}

function problemOfNames({ name }: Partial<StreamDeclaration>): string | undefined {
  const names: readonly unknown[] = Array.isArray(name) ? name : [name];
  if (names.length === 0 || !names.every((each) => hasForm(each, nameForm))) {
    return 'name must be words of a-z, 0-9, _ and -, joined by ":"';
  }
  const reserved = reservedNames.find((each) => names.includes(each));
  return reserved === undefined
    ? undefined
    : `name must not be "${reserved}": /api/v1/streaming/${reserved} is the server's own`;
}

function problemOfAccess({ scopes, audience, closedBy }: Partial<StreamDeclaration>): string | undefined {
  if (!Array.isArray(scopes) || scopes.length === 0) {
    return 'scopes must name at least one OAuth scope';
  }
  if (!scopes.every((scope) => hasForm(scope, scopeForm))) {
    return 'scopes must be a list of OAuth scopes, each without blanks';
  }
  if (audience !== 'per-viewer' && audience !== 'chosen-by-publisher') {
    return 'audience must be "per-viewer" or "chosen-by-publisher"';
  }
  if (!closings.includes(closedBy)) {
    return 'closedBy must be "live-feeds" or "topic-feeds", or left out';
  }
  if (closedBy !== undefined && audience === 'chosen-by-publisher') {
    return 'closedBy is for "per-viewer" streams: no feed setting closes one whose audience the publisher has chosen';
  }
  return undefined;
}

function problemOfParameters({ params = {}, flags = {} }: Partial<StreamDeclaration>): string | undefined {
  const reserved = Object.keys({ ...params, ...flags }).find((parameter) => reservedParameters.includes(parameter));
  if (reserved !== undefined) {
    return `"${reserved}" cannot be a parameter's name: every request may have one of its own`;
  }
  const both = Object.keys(flags).find((flag) => Object.hasOwn(params, flag));
  if (both !== undefined) {
    return `"${both}" cannot be both a parameter and a flag`;
  }
  return Object.values(flags).every((suffix) => hasForm(suffix, nameForm))
    ? undefined
    : 'flags must add words of a-z, 0-9, _ and -, joined by ":"';
}

function hasForm(value: unknown, form: RegExp): boolean {
  return typeof value === 'string' && form.test(value);
}
