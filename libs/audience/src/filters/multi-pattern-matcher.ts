/** A text to look for: folded, never empty. */
export interface Pattern {
  readonly folded: string;
}

interface IndexedPattern<P> {
  readonly pattern: P;
  /** The offset in the pattern of the n-gram that indexes it. */
  readonly offset: number;
}

const slots = 1 << 15;
const longestGram = 3;
/** The n-gram of a pattern is chosen among its first code units, this many. */
const maxConsidered = 64;
/** An n-gram that occurs again within this many code units counts as a repetition. */
const repetitionDistance = 16;
/** After this many repetitions, the patterns of an n-gram are searched for with `indexOf` instead of at every offset. */
const maxRepetitions = 32;

/**
 * Finds which of many patterns a text contains. Each pattern is indexed under one of its n-grams, the one that indexes the
 * fewest others. An n-gram has three code units, or all of a shorter pattern's; each of the three lengths takes one pass over
 * the text, if it is in use. At each offset a table of counters, indexed by a hash, rules out most n-grams that index no
 * pattern. So the time depends on the text, and little on the number of patterns.
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
   * @returns the patterns that the text contains, each with its first offset
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

/** The patterns whose n-grams have one length. */
class GramIndex<P extends Pattern> {
  readonly #gramLength: number;
  readonly #byGram = new Map<number, IndexedPattern<P>[]>();
  readonly #offsets = new Map<P, number>();
  /** For each hash, how many of the n-grams in the index have it. */
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

/** The patterns of one n-gram that a search of one text has not found yet. */
class GramScan<P extends Pattern> {
  #remaining: readonly IndexedPattern<P>[];
  #lastAt = -Infinity;
  /** How often the n-gram was a repetition, less how often it was not; never negative. */
  #repetitions = 0;

  constructor(indexed: readonly IndexedPattern<P>[]) {
    this.#remaining = indexed;
  }

  /** Compares the patterns where the n-gram occurs. Callers MUST visit every occurrence, in order. */
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
    const here = this.#remaining.filter(({ pattern, offset }) => occursAt(text, pattern.folded, at - offset));
    if (here.length > 0) {
      here.forEach(({ pattern, offset }) => found.set(pattern, at - offset));
      this.#remaining = this.#remaining.filter((one) => !here.includes(one));
    }
  }
}

/** Compares the last code unit first: common prefixes are frequent, also in hostile texts. */
function occursAt(text: string, pattern: string, start: number): boolean {
  const last = pattern.length - 1;
  return start >= 0 && text.charCodeAt(start + last) === pattern.charCodeAt(last) && text.startsWith(pattern, start);
}
