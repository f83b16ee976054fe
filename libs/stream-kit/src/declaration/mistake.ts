/** A type that no value has: the compiler shows the sentence. */
export interface Mistake<Sentence extends string> {
  readonly mistake: Sentence;
}

/** Any value, for a member that is required and typed elsewhere: an intersection with it leaves a function's type as it is. */
// eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- that type is the one which disappears
export type Present = NonNullable<unknown>;
