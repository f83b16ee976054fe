/** A needle that somebody looks for in texts: folded text, never empty. */
export interface Pattern {
  readonly folded: string;
}

interface PatternGram<N> {
  readonly needle: N;
  /** Where in the needle the gram begins under which it is filed. */
  readonly offset: number;
}

const slots = 1 << 15;
const longestGram = 3;
/** Where a needle is looked at for a rare gram. */
const consideredAtMost = 64;
/** A gram that stands again after so few places is one that the text repeats. */
const near = 16;
/**
 * Where a text repeats a gram more often than anybody who means something, each needle under it is looked for by the
 * engine's own search, which does not look at every place.
 */
const patience = 32;

/**
 * Finds which of many needles stand in a text, in one pass over it. Each needle is filed under three successive code
 * units of it, those under which fewest others are; at each place of the text a small table of marks says whether
 * anything is filed under what begins there. So the work depends on the text, and hardly on the number of needles.
 */
export class MultiPatternMatcher<N extends Pattern> {
  readonly #shelves = Array.from({ length: longestGram }, (_, index) => new GramIndex<N>(index + 1));

  add(needle: N): void {
    this.#shelfOf(needle).add(needle);
  }

  delete(needle: N): void {
    this.#shelfOf(needle).delete(needle);
  }

  /**
   * @param folded the text, folded as the needles are
   * @returns the needles that stand in it, and where each does for the first time
   */
  findIn(folded: string): Map<N, number> {
    const found = new Map<N, number>();
    for (const shelf of this.#shelves) {
      shelf.findIn(folded, found);
    }
    return found;
  }

  #shelfOf({ folded }: N): GramIndex<N> {
    const shelf = this.#shelves[Math.min(folded.length, longestGram) - 1];
    if (!shelf) {
      throw new RangeError('An empty needle stands everywhere');
    }
    return shelf;
  }
}

/** The needles that are filed under equally many code units. */
class GramIndex<N extends Pattern> {
  readonly #gramLength: number;
  readonly #byGram = new Map<number, PatternGram<N>[]>();
  readonly #offsets = new Map<N, number>();
  /** How many grams fall into each slot. */
  #marks = new Uint16Array(0);

  constructor(gramLength: number) {
    this.#gramLength = gramLength;
  }

  add(needle: N): void {
    const offset = this.#rarest(needle.folded);
    this.#offsets.set(needle, offset);
    const gram = this.#gram(needle.folded, offset);
    const filed = this.#byGram.get(gram);
    if (filed) {
      filed.push({ needle, offset });
      return;
    }
    if (this.#marks.length === 0) {
      this.#marks = new Uint16Array(slots);
    }
    this.#byGram.set(gram, [{ needle, offset }]);
    this.#mark(needle.folded, offset, 1);
  }

  delete(needle: N): void {
    const offset = this.#offsets.get(needle);
    if (offset === undefined) {
      return;
    }
    this.#offsets.delete(needle);
    const gram = this.#gram(needle.folded, offset);
    const others = this.#byGram.get(gram)?.filter((filed) => filed.needle !== needle) ?? [];
    if (others.length > 0) {
      this.#byGram.set(gram, others);
    } else {
      this.#byGram.delete(gram);
      this.#mark(needle.folded, offset, -1);
    }
  }

  findIn(text: string, found: Map<N, number>): void {
    if (this.#byGram.size === 0) {
      return;
    }
    const sought = new Map<number, PatternScan<N>>();
    for (let at = 0; at <= text.length - this.#gramLength; at++) {
      if (this.#marks[this.#slot(text, at)] === 0) {
        continue;
      }
      const gram = this.#gram(text, at);
      let here = sought.get(gram);
      if (!here) {
        here = new PatternScan(this.#byGram.get(gram) ?? []);
        sought.set(gram, here);
      }
      here.lookAt(text, at, found);
    }
  }

  #rarest(folded: string): number {
    let offset = 0;
    let fewest = Infinity;
    for (let at = 0; at <= Math.min(folded.length, consideredAtMost) - this.#gramLength && fewest > 0; at++) {
      const others = this.#byGram.get(this.#gram(folded, at))?.length ?? 0;
      if (others < fewest) {
        fewest = others;
        offset = at;
      }
    }
    return offset;
  }

  #mark(text: string, at: number, change: number): void {
    const slot = this.#slot(text, at);
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

/** What is looked for in one text under one gram, as long as it has not been found. */
class PatternScan<N extends Pattern> {
  #filed: readonly PatternGram<N>[];
  #lastAt = -Infinity;
  /** How often the gram has come near itself, less how often it has not. */
  #repeats = 0;

  constructor(filed: readonly PatternGram<N>[]) {
    this.#filed = filed;
  }

  /** The gram begins at this place of the text, and has been looked at wherever it stands before. */
  lookAt(text: string, at: number, found: Map<N, number>): void {
    if (this.#filed.length === 0) {
      return;
    }
    this.#repeats = Math.max(0, this.#repeats + (at - this.#lastAt > near ? -1 : 1));
    this.#lastAt = at;
    if (this.#repeats > patience) {
      for (const { needle, offset } of this.#filed) {
        const place = text.indexOf(needle.folded, at - offset);
        if (place >= 0) {
          found.set(needle, place);
        }
      }
      this.#filed = [];
      return;
    }
    const here = this.#filed.filter(({ needle, offset }) => standsAt(text, needle.folded, at - offset));
    if (here.length > 0) {
      here.forEach(({ needle, offset }) => found.set(needle, at - offset));
      this.#filed = this.#filed.filter((one) => !here.includes(one));
    }
  }
}

/** The end is looked at first: what begins alike is common, in ordinary texts and in those that are meant to be slow. */
function standsAt(text: string, needle: string, start: number): boolean {
  const last = needle.length - 1;
  return start >= 0 && text.charCodeAt(start + last) === needle.charCodeAt(last) && text.startsWith(needle, start);
}
