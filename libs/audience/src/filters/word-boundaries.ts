/** Word characters as in Ruby's `[[:word:]]`, which REST uses; JavaScript's `\b` knows ASCII only. */
const wordCharacter = String.raw`[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]`;
const words = new RegExp(`${wordCharacter}+`, 'gu');
const beginning = new RegExp(`^${wordCharacter}`, 'u');
const ending = new RegExp(`${wordCharacter}$`, 'u');

/** Whether the text begins with a word character. */
export function beginsWithWord(text: string): boolean {
  return beginning.test(text);
}

/** Whether the text ends with a word character. */
export function endsWithWord(text: string): boolean {
  return ending.test(text);
}

/** The offsets at which the words of a text begin and end. */
export class WordBoundaries {
  /** For each offset, the next offset where a word begins, itself included; -1 after the last. */
  readonly #starts: Int32Array;
  readonly #ends: Uint8Array;

  constructor(text: string) {
    this.#starts = new Int32Array(text.length + 1).fill(-1);
    this.#ends = new Uint8Array(text.length + 1);
    let done = 0;
    for (const { index, 0: word } of text.matchAll(words)) {
      this.#starts.fill(index, done, index + 1);
      this.#ends[index + word.length] = 1;
      done = index + 1;
    }
  }

  /** The first offset from this one on where a word begins; -1 when there is none. */
  nextStart(from: number): number {
    return this.#starts[from] ?? -1;
  }

  /** Whether a word ends right before this offset. */
  endAt(offset: number): boolean {
    return this.#ends[offset] === 1;
  }
}
