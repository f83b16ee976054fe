import { StreamingError } from '@fedistream/domain';

/** Turns each failure of a look-up into `unavailable`, which tells clients to retry. @throws StreamingError */
export async function rejectAsUnavailable<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (failure) {
    throw new StreamingError('unavailable', undefined, { cause: failure });
  }
}
