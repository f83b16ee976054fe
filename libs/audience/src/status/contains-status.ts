import { asObject, type JsonObject } from './json.js';
import { resemblesStatus } from './nested-statuses.js';

/** Members in which Mastodon's API has a status: of a notification, a conversation, a status and a quote. */
const statusMembers = ['status', 'last_status', 'reblog', 'quote', 'quoted_status'] as const;
/** `trimStart` also removes a byte order mark. This server does not parse JSON after one, but clients may. */
const jsonStart = /^["[{]/;

/**
 * Whether a status, or what may be a part of one, stands anywhere in a value: an object with a visibility, an object where
 * the API has a status, and all of these in a text that is JSON.
 */
export function containsStatus(value: unknown): boolean {
  if (typeof value === 'string') {
    return containsStatus(parsed(value));
  }
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const entity = asObject(value);
  return (entity !== undefined && mayBeStatus(entity)) || Object.values(value).some(containsStatus);
}

/** Whether a text may be JSON that a client would parse. */
export function looksLikeJson(text: string): boolean {
  return jsonStart.test(text.trimStart());
}

function mayBeStatus(entity: JsonObject): boolean {
  return (
    resemblesStatus(entity) ||
    Object.hasOwn(entity, 'visibility') ||
    statusMembers.some(
      (name) => Object.hasOwn(entity, name) && typeof entity[name] === 'object' && entity[name] !== null,
    )
  );
}

/** @returns `undefined` for a text that is no JSON, or is none that could hold an object */
function parsed(text: string): unknown {
  if (!looksLikeJson(text)) {
    return undefined;
  }
  try {
    return JSON.parse(text.trimStart());
  } catch {
    return undefined;
  }
}
