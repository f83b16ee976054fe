import type { StreamEvent } from '@fedistream/domain';
import { isRecordId } from '@fedistream/util';
import { containsStatus } from '../status/nested-statuses.js';

/** A byte order mark is white space to `trimStart`; JSON behind it is not parsed, but clients may do so. */
const jsonStart = /^["[{]/;

/** Whether an event can show no status because of its payload: there is none, it is empty, or it is the id of a record. */
export function showsNothing({ text = '', payload }: StreamEvent): boolean {
  if (typeof payload === 'object' && payload !== null) {
    return Object.keys(payload).length === 0;
  }
  return payload === null || text === '' || isRecordId(text);
}

/**
 * Whether an event shows no status although its type is only declared to carry none: the declaration may be wrong, or the
 * publisher. Looks for statuses at any depth, and refuses JSON in a string.
 */
export function keepsDeclaration({ payload }: StreamEvent): boolean {
  return typeof payload === 'string' ? !jsonStart.test(payload.trimStart()) : !containsStatus(payload);
}
