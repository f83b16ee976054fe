import { StreamingError } from '@fedistream/domain';

/** An answer of the database; its failure is told to the client as something that passes. @throws StreamingError `unavailable` */
export async function rejectAsUnavailable<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (failure) {
    throw new StreamingError('unavailable', undefined, { cause: failure });
  }
}
