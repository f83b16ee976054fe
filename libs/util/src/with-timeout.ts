/**
 * The outcome of `work`, or a rejection with the error of `late` when there is none within `milliseconds`. The work itself
 * is not cancelled; its later outcome, a rejection included, is ignored. Leaves no timer behind.
 *
 * @param late makes the error of a timeout
 */
export function withTimeout<T>(
  milliseconds: number,
  work: Promise<T>,
  late: () => Error = () => new Error(`no answer within ${milliseconds} ms`),
): Promise<T> {
  // Not a race of promises: each new client waits for three of these, and a race makes four promises for each.
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(late());
    }, milliseconds);
    work
      .finally(() => {
        clearTimeout(timer);
      })
      .then(resolve, reject);
  });
}
