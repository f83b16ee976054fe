import { fold } from './fold.js';
import { Words } from './words.js';

/** A text as it is written, and folded: needles are looked for in the one, their places are wanted in the other. */
export class SearchedText {
  readonly text: string;
  readonly folded: string;
  #places: Int32Array | undefined;
  #words: Words | undefined;

  constructor(text: string) {
    this.text = text;
    this.folded = fold(text);
  }

  /** The words of the folded text, which are those of the text: what is made longer stays a word, or none. */
  get words(): Words {
    return (this.#words ??= new Words(this.folded));
  }

  /**
   * Where in the text a place of the folded text is; `undefined` within a character that has become longer, as `ß` has
   * become `ss`.
   */
  placeOf(folded: number): number | undefined {
    // Nothing becomes shorter, so equal lengths mean equal places.
    if (this.folded.length === this.text.length) {
      return folded;
    }
    const place = (this.#places ??= this.#align())[folded] ?? -1;
    return place < 0 ? undefined : place;
  }

  #align(): Int32Array {
    const places = new Int32Array(this.folded.length).fill(-1);
    let at = 0;
    let place = 0;
    for (const character of this.text) {
      const length = character <= '\x7f' ? 1 : fold(character).length;
      places[at] = place;
      at += length;
      place += character.length;
    }
    return places;
  }
}
