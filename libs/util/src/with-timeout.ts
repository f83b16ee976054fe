/**
 * The outcome of `work`, or the error of `late` when there is none in time. The work goes on; how it ends later concerns
 * nobody. Leaves no timer behind.
 *
 * @param late makes the error
 */
export async function withTimeout<T>(
  milliseconds: number,
  work: Promise<T>,
  late: () => Error = () => new Error(`no answer within ${milliseconds} ms`),
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(late());
    }, milliseconds);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
