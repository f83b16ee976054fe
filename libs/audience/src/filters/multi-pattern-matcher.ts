/** A text to look for: folded, never empty. */
export interface Pattern {
  readonly folded: string;
}

interface IndexedPattern<P> {
  readonly pattern: P;
  /** Where in the pattern the n-gram begins under which it is indexed. */
  readonly offset: number;
}

const slots = 1 << 15;
const longestGram = 3;
/** How many code units at the beginning of a pattern are considered for its n-gram. */
const maxConsidered = 64;
/** An n-gram that comes again within so many places counts as a repetition. */
const repetitionDistance = 16;
/** After so many repetitions, the patterns of an n-gram are looked for with `indexOf` instead of at every place. */
const maxRepetitions = 32;

/**
 * Finds which of many patterns stand in a text, in one pass over it (compare Wu and Manber, "A Fast Algorithm for
 * Multi-Pattern Searching"). Each pattern is indexed under one of its n-grams of three code units, the one that indexes
 * fewest others. At each place of the text a table of counters says whether any pattern is indexed under what begins there.
 * So the time depends on the text, and hardly on the number of patterns.
 */
export class MultiPatternMatcher<P extends Pattern> {
  readonly #indexes = Array.from({ length: longestGram }, (_, index) => new GramIndex<P>(index + 1));

  add(pattern: P): void {
    this.#indexOf(pattern).add(pattern);
  }

  delete(pattern: P): void {
    this.#indexOf(pattern).delete(pattern);
  }

  /**
   * @param folded the text, folded as the patterns are
   * @returns the patterns that stand in it, each with its first place
   */
  findIn(folded: string): Map<P, number> {
    const found = new Map<P, number>();
    for (const index of this.#indexes) {
      index.findIn(folded, found);
    }
    return found;
  }

  #indexOf({ folded }: P): GramIndex<P> {
    const index = this.#indexes[Math.min(folded.length, longestGram) - 1];
    if (!index) {
      throw new RangeError('A pattern must not be empty');
    }
    return index;
  }
}

/** The patterns that are indexed under n-grams of one length. */
class GramIndex<P extends Pattern> {
  readonly #gramLength: number;
  readonly #byGram = new Map<number, IndexedPattern<P>[]>();
  readonly #offsets = new Map<P, number>();
  /** How many n-grams fall into each slot. */
  #counters = new Uint16Array(0);

  constructor(gramLength: number) {
    this.#gramLength = gramLength;
  }

  add(pattern: P): void {
    const offset = this.#rarestGram(pattern.folded);
    this.#offsets.set(pattern, offset);
    const gram = this.#gram(pattern.folded, offset);
    const indexed = this.#byGram.get(gram);
    if (indexed) {
      indexed.push({ pattern, offset });
      return;
    }
    if (this.#counters.length === 0) {
      this.#counters = new Uint16Array(slots);
    }
    this.#byGram.set(gram, [{ pattern, offset }]);
    this.#count(pattern.folded, offset, 1);
  }

  delete(pattern: P): void {
    const offset = this.#offsets.get(pattern);
    if (offset === undefined) {
      return;
    }
    this.#offsets.delete(pattern);
    const gram = this.#gram(pattern.folded, offset);
    const others = this.#byGram.get(gram)?.filter((indexed) => indexed.pattern !== pattern) ?? [];
    if (others.length > 0) {
      this.#byGram.set(gram, others);
    } else {
      this.#byGram.delete(gram);
      this.#count(pattern.folded, offset, -1);
    }
  }

  findIn(text: string, found: Map<P, number>): void {
    if (this.#byGram.size === 0) {
      return;
    }
    const scans = new Map<number, GramScan<P>>();
    for (let at = 0; at <= text.length - this.#gramLength; at++) {
      if (this.#counters[this.#slot(text, at)] === 0) {
        continue;
      }
      const gram = this.#gram(text, at);
      let scan = scans.get(gram);
      if (!scan) {
        scan = new GramScan(this.#byGram.get(gram) ?? []);
        scans.set(gram, scan);
      }
      scan.visit(text, at, found);
    }
  }

  #rarestGram(folded: string): number {
    let offset = 0;
    let fewest = Infinity;
    for (let at = 0; at <= Math.min(folded.length, maxConsidered) - this.#gramLength && fewest > 0; at++) {
      const others = this.#byGram.get(this.#gram(folded, at))?.length ?? 0;
      if (others < fewest) {
        fewest = others;
        offset = at;
      }
    }
    return offset;
  }

  #count(text: string, at: number, change: number): void {
    const slot = this.#slot(text, at);
    this.#counters[slot] = (this.#counters[slot] ?? 0) + change;
  }

  /** The code units as one number, exact: at most 48 bits. */
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

/** The patterns of one n-gram that have not been found in one text. */
class GramScan<P extends Pattern> {
  #remaining: readonly IndexedPattern<P>[];
  #lastAt = -Infinity;
  /** How often the n-gram has come again at once, less how often it has not. */
  #repetitions = 0;

  constructor(indexed: readonly IndexedPattern<P>[]) {
    this.#remaining = indexed;
  }

  /** The n-gram begins at this place of the text. Every earlier place of it MUST have been visited. */
  visit(text: string, at: number, found: Map<P, number>): void {
    if (this.#remaining.length === 0) {
      return;
    }
    this.#repetitions = Math.max(0, this.#repetitions + (at - this.#lastAt > repetitionDistance ? -1 : 1));
    this.#lastAt = at;
    if (this.#repetitions > maxRepetitions) {
      for (const { pattern, offset } of this.#remaining) {
        const place = text.indexOf(pattern.folded, at - offset);
        if (place >= 0) {
          found.set(pattern, place);
        }
      }
      this.#remaining = [];
      return;
    }
    const here = this.#remaining.filter(({ pattern, offset }) => standsAt(text, pattern.folded, at - offset));
    if (here.length > 0) {
      here.forEach(({ pattern, offset }) => found.set(pattern, at - offset));
      this.#remaining = this.#remaining.filter((one) => !here.includes(one));
    }
  }
}

/** Compares the last code unit first: common beginnings are frequent, in ordinary texts and in hostile ones. */
function standsAt(text: string, pattern: string, start: number): boolean {
  const last = pattern.length - 1;
  return start >= 0 && text.charCodeAt(start + last) === pattern.charCodeAt(last) && text.startsWith(pattern, start);
}
