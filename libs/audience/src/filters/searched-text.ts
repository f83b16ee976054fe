import { fold } from './fold.js';
import { WordBoundaries } from './word-boundaries.js';

/** A text and its fold, in which every character keeps its place: patterns are looked for in the fold. */
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
