/**
 * How long the token store may take for one answer, in milliseconds. A half-open database connection never answers:
 * without this, whoever waits for it would wait for ever, and re-validation would end silently.
 */
export const storeDeadlineMs = 10_000;

/** The outcome of `work`, or an error when there is none in time. Leaves no timer behind. */
export function withDeadline<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`No answer within ${milliseconds} ms`));
    }, milliseconds);
  });
  return Promise.race([work, late]).finally(() => {
    clearTimeout(timer);
  });
}
