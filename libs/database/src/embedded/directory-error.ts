/** The embedded database cannot use the directory that it was given. The message tells the operator why, in one line. */
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
