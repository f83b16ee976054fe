/**
 * The message of a failure, for a log line. Node.js reports a failed connection to a host with several addresses as an
 * `AggregateError` without a message; then it is the message of its first error.
 */
export function errorReason(failure: unknown): string {
  const cause = firstCause(failure);
  return cause instanceof Error ? cause.message : String(cause);
}

/** The failure itself, or the first error of an `AggregateError` without a message. */
export function firstCause(failure: unknown): unknown {
  return failure instanceof AggregateError && failure.message === '' && failure.errors.length > 0
    ? firstCause(failure.errors[0])
    : failure;
}
