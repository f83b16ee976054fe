import { isRecordId } from '@fedistream/util';

/** Whether JSON.parse has rounded an id that was published as a number beyond 2^53. */
export function isRounded(value: unknown): boolean {
  return typeof value === 'number' && !Number.isSafeInteger(value);
}

/**
 * An id that PostgreSQL accepts as a `bigint`, as a string. Everything else is `undefined`: one such value would fail the
 * whole statement. Numbers are accepted up to 2^53 - 1, which JSON.parse keeps exact.
 */
export function readId(value: unknown): string | undefined {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === 'string' && isRecordId(text) ? text : undefined;
}
