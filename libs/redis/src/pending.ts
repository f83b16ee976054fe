/** A promise and the function that settles it. */
export interface Pending {
  readonly promise: Promise<void>;
  readonly settle: () => void;
}

/** A promise that the caller settles. (Node 20 has no `Promise.withResolvers`.) */
export function newPending(): Pending {
  let settle: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { promise, settle };
}
