/** A type that no value has: the compiler shows the sentence. */
export interface Mistake<Sentence extends string> {
  readonly mistake: Sentence;
}
