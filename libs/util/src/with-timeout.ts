/**
 * The outcome of `work`, or a rejection with the error of `late` when there is none within `milliseconds`. The work itself
 * is not cancelled; its later outcome, a rejection included, is ignored. Leaves no timer behind.
 *
 * @param late makes the error of a timeout
 */
export async function withTimeout<T>(
  milliseconds: number,
  work: Promise<T>,
  late: () => Error = () => new Error(`no answer within ${milliseconds} ms`),
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(late());
    }, milliseconds);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
