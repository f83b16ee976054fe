import { asObject, type JsonObject } from './json.js';
import { readId } from './read-id.js';

/** A status in a member of another status where Mastodon's API defines one. */
export interface NestedStatus {
  readonly entity: JsonObject;
  /** The members that lead to it: `['reblog', 'quote', 'quoted_status']`. */
  readonly path: readonly string[];
}

/** The statuses within a status, itself excluded. */
export interface NestedStatuses {
  /** In the members that the API defines: boosted and quoted statuses, at any depth. */
  readonly found: NestedStatus[];
  /** In any other member. */
  readonly elsewhere: JsonObject[];
}

/** Placeholder in a path for a member where the API defines no status. */
const elsewhere = '';
/** Levels of nested statuses; Mastodon publishes two. */
const maxDepth = 8;
/** Members that hold a status, an id of one, or nothing. */
const statusMembers: ReadonlySet<string> = new Set(['reblog', 'quote', 'quoted_status']);

/**
 * Finds every status within a status.
 *
 * @returns `undefined` when a member for a status is JSON in a string, or an array; or when statuses are nested deeper than
 *   eight levels
 */
export function findNestedStatuses(entity: JsonObject): NestedStatuses | undefined {
  const all: NestedStatuses = { found: [], elsewhere: [] };
  return searchMembers(entity, [], all) ? all : undefined;
}

/** Whether an object has the members of a status: an account, and visibility, content or content warning. */
export function resemblesStatus(entity: JsonObject): boolean {
  return (
    Object.hasOwn(entity, 'account') &&
    (Object.hasOwn(entity, 'visibility') || Object.hasOwn(entity, 'content') || Object.hasOwn(entity, 'spoiler_text'))
  );
}

/** Searches the members of a status, or of a Quote. @returns whether all of them could be read */
function searchMembers(entity: JsonObject, path: readonly string[], all: NestedStatuses): boolean {
  return Object.entries(entity).every(([name, value]) =>
    statusMembers.has(name) ? searchStatusMember(value, [...path, name], all) : searchElsewhere(value, path, all),
  );
}

function searchStatusMember(value: unknown, path: readonly string[], all: NestedStatuses): boolean {
  if (value === null || value === undefined || value === '' || readId(value) !== undefined) {
    return true;
  }
  const nested = asObject(value);
  if (nested === undefined || path.length > maxDepth) {
    return false;
  }
  // A Quote has a state and `quoted_status`; some publishers put the quoted status in its place.
  if (path.at(-1) !== 'quote' || Object.hasOwn(nested, 'account')) {
    if (path.includes(elsewhere)) {
      all.elsewhere.push(nested);
    } else {
      all.found.push({ entity: nested, path });
    }
  }
  return searchMembers(nested, path, all);
}

function searchElsewhere(value: unknown, path: readonly string[], all: NestedStatuses): boolean {
  if (typeof value !== 'object' || value === null) {
    return true;
  }
  const entity = asObject(value);
  if (entity && resemblesStatus(entity)) {
    all.elsewhere.push(entity);
    return path.length <= maxDepth && searchMembers(entity, [...path, elsewhere], all);
  }
  return Object.entries(value).every(([name, member]) =>
    statusMembers.has(name) && typeof member === 'object'
      ? searchStatusMember(member, [...path, elsewhere, name], all)
      : searchElsewhere(member, path, all),
  );
}
