/**
 * Hands on what a module has returned where it must not be a promise. A promise is a mistake that `async` makes easily. Its
 * own rejection is ignored: Node.js would end the process for it.
 *
 * @param must the sentence for the module's author: `it must return true or false`
 * @throws TypeError for a promise, or anything with a `then`
 */
export function refusePromise<T>(value: T, must: string): T {
  if (isThenable(value)) {
    Promise.resolve(value).catch(() => undefined);
    throw new TypeError(`${must}, not a promise`);
  }
  return value;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
