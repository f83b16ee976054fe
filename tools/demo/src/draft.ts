/** A text of the demo before it becomes a status. `#tag` and `@name` become links. */
export interface Draft {
  /** Plain text; a blank line begins a new paragraph. */
  readonly text: string;
  /** The description of an attached picture. */
  readonly picture?: string;
  /** The choices of a poll. */
  readonly poll?: readonly string[];
  /** A content warning; clients collapse the text. */
  readonly warning?: string;
}
