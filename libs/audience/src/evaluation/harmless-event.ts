import type { StreamEvent } from '@fedistream/domain';
import { isRecordId } from '@fedistream/util';
import { containsStatus, looksLikeJson } from '../status/contains-status.js';

/** Mastodon's events whose payload is an id. */
const idEvents: ReadonlySet<string> = new Set(['delete', 'announcement.delete']);

/** Whether the payload cannot contain a status: it is absent, empty, or the id of a record. */
export function showsNothing({ text = '', payload }: StreamEvent): boolean {
  if (typeof payload === 'object' && payload !== null) {
    return Object.keys(payload).length === 0;
  }
  return payload === null || text === '' || isRecordId(text);
}

/**
 * Whether an event contains no status, as its stream declares for its type. The declaration or the publisher may be wrong.
 * Looks for statuses at any depth, also in texts that are JSON. Refuses a whole payload that is JSON in a string, and an
 * event of Mastodon's that should have an id and has something else.
 */
export function keepsDeclaration(event: StreamEvent): boolean {
  const { name, payload } = event;
  if (idEvents.has(name)) {
    return showsNothing(event);
  }
  return typeof payload === 'string' ? !looksLikeJson(payload) : !containsStatus(payload);
}
