import { isRecordId } from '@fedistream/util';

/** Whether this was an id, as a number, of which JSON's reader has lost the last digits. */
export function isRounded(value: unknown): boolean {
  return typeof value === 'number' && !Number.isSafeInteger(value);
}

/**
 * An id that the database can be asked about: a plain decimal number of PostgreSQL's bigint, as a string. Anything else
 * would make a statement fail, and one odd status must not do that. Numbers are taken where JSON keeps them exact.
 */
export function readId(value: unknown): string | undefined {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === 'string' && isRecordId(text) ? text : undefined;
}
