/** What a person of the demo writes, before it becomes a status. `#tag` and `@name` in the text become links. */
export interface Draft {
  /** Plain text; a blank line begins a new paragraph. */
  readonly text: string;
  /** The description of an attached picture. */
  readonly picture?: string;
  /** The choices of a poll. */
  readonly poll?: readonly string[];
  /** A content warning; the text is folded away behind it. */
  readonly warning?: string;
}
