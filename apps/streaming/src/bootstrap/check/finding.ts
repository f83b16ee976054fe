/** What the check of one dependency found. */
export interface Finding {
  readonly ok: boolean;
  /** For standard output. A line that begins with an arrow says what to do. */
  readonly lines: readonly string[];
}
