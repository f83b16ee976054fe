/** A needle that somebody looks for in texts: folded text, never empty. */
export interface Needle {
  readonly folded: string;
}

const slots = 1 << 15;
const longestGram = 3;

/**
 * Finds which of many needles stand in a text, in one pass over it. Needles are filed by their first three code units;
 * at each place of the text a small table of marks says whether any needle can begin there at all.
 */
export class NeedleTable<N extends Needle> {
  readonly #shelves = Array.from({ length: longestGram }, (_, index) => new Shelf<N>(index + 1));

  add(needle: N): void {
    this.#shelfOf(needle).add(needle);
  }

  delete(needle: N): void {
    this.#shelfOf(needle).delete(needle);
  }

  /** @param folded the text, folded as the needles are */
  findIn(folded: string): Set<N> {
    const found = new Set<N>();
    for (const shelf of this.#shelves) {
      shelf.findIn(folded, found);
    }
    return found;
  }

  #shelfOf({ folded }: N): Shelf<N> {
    const shelf = this.#shelves[Math.min(folded.length, longestGram) - 1];
    if (!shelf) {
      throw new RangeError('An empty needle stands everywhere');
    }
    return shelf;
  }
}

/** The needles that are filed by equally many code units. */
class Shelf<N extends Needle> {
  readonly #gramLength: number;
  readonly #byGram = new Map<number, N[]>();
  /** How many grams fall into each slot. */
  #marks = new Uint16Array(0);

  constructor(gramLength: number) {
    this.#gramLength = gramLength;
  }

  add(needle: N): void {
    const gram = this.#gram(needle.folded, 0);
    const filed = this.#byGram.get(gram);
    if (filed) {
      filed.push(needle);
      return;
    }
    if (this.#marks.length === 0) {
      this.#marks = new Uint16Array(slots);
    }
    this.#byGram.set(gram, [needle]);
    this.#mark(needle.folded, 1);
  }

  delete(needle: N): void {
    const gram = this.#gram(needle.folded, 0);
    const filed = this.#byGram.get(gram);
    const index = filed?.indexOf(needle) ?? -1;
    if (!filed || index < 0) {
      return;
    }
    filed.splice(index, 1);
    if (filed.length === 0) {
      this.#byGram.delete(gram);
      this.#mark(needle.folded, -1);
    }
  }

  findIn(text: string, found: Set<N>): void {
    if (this.#byGram.size === 0) {
      return;
    }
    for (let at = 0; at <= text.length - this.#gramLength; at++) {
      if (this.#marks[this.#slot(text, at)] === 0) {
        continue;
      }
      for (const needle of this.#byGram.get(this.#gram(text, at)) ?? []) {
        if (!found.has(needle) && text.startsWith(needle.folded, at)) {
          found.add(needle);
        }
      }
    }
  }

  #mark(text: string, change: number): void {
    const slot = this.#slot(text, 0);
    this.#marks[slot] = (this.#marks[slot] ?? 0) + change;
  }

  /** The code units as one number, exact: 48 bits at most. */
  #gram(text: string, at: number): number {
    let gram = 0;
    for (let index = at; index < at + this.#gramLength; index++) {
      gram = gram * 0x1_0000 + text.charCodeAt(index);
    }
    return gram;
  }

  #slot(text: string, at: number): number {
    let hash = 0;
    for (let index = at; index < at + this.#gramLength; index++) {
      hash = Math.imul(hash, 31) + text.charCodeAt(index);
    }
    return hash & (slots - 1);
  }
}
