/**
 * The text of a failure, for a log line. Node.js reports a failed connection to a host with several addresses as an
 * `AggregateError` without a text; the first of its errors then stands for all of them.
 */
export function errorReason(failure: unknown): string {
  const cause = firstCause(failure);
  return cause instanceof Error ? cause.message : String(cause);
}

/** The failure itself, or the first error of an `AggregateError` that has no text of its own. */
export function firstCause(failure: unknown): unknown {
  return failure instanceof AggregateError && failure.message === '' && failure.errors.length > 0
    ? firstCause(failure.errors[0])
    : failure;
}
