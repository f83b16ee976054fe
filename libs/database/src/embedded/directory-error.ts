/** The embedded database cannot use its data directory. The message is one line that tells the operator why. */
export class DirectoryError extends Error {
  override readonly name = 'DirectoryError';

  constructor(
    readonly directory: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(reason, options);
  }
}
