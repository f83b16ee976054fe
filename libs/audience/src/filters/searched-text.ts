import { fold } from './fold.js';
import { WordBoundaries } from './word-boundaries.js';

/** A text and its case-folded form, which is searched. Every character has the same offset in both. */
export class SearchedText {
  readonly text: string;
  readonly folded: string;
  #words: WordBoundaries | undefined;

  constructor(text: string) {
    this.text = text;
    this.folded = fold(text);
  }

  /** Where the words of the text begin and end; computed on first use. */
  get words(): WordBoundaries {
    return (this.#words ??= new WordBoundaries(this.text));
  }
}
