import type { StreamEvent } from '@fedistream/domain';
import { isRecordId } from '@fedistream/util';
import { containsStatus } from '../status/nested-statuses.js';

/** `trimStart` also removes a byte order mark. This server does not parse JSON after one, but clients may. */
const jsonStart = /^["[{]/;

/** Whether the payload cannot contain a status: it is absent, empty, or the id of a record. */
export function showsNothing({ text = '', payload }: StreamEvent): boolean {
  if (typeof payload === 'object' && payload !== null) {
    return Object.keys(payload).length === 0;
  }
  return payload === null || text === '' || isRecordId(text);
}

/**
 * Whether an event contains no status, as its stream declares for its type. The declaration or the publisher may be wrong.
 * Looks for statuses at any depth, and refuses JSON in a string.
 */
export function keepsDeclaration({ payload }: StreamEvent): boolean {
  return typeof payload === 'string' ? !jsonStart.test(payload.trimStart()) : !containsStatus(payload);
}
