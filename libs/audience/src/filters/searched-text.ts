import { fold } from './fold.js';
import { Words } from './words.js';

/** A text as it is written, and folded: needles are looked for in the one, and stand in the same places of the other. */
export class SearchedText {
  readonly text: string;
  readonly folded: string;
  #words: Words | undefined;

  constructor(text: string) {
    this.text = text;
    this.folded = fold(text);
  }

  /** Where its words begin and end; found out when it is first asked for. */
  get words(): Words {
    return (this.#words ??= new Words(this.text));
  }
}
