/** Each power of two is divided into this many buckets, so that a value is off by 1.6 % at most. */
const perOctave = 64;
const octaves = 30;

/** Counts latencies in microseconds without keeping each one: a measurement may hold millions. */
export class LatencyHistogram {
  /** The counts of all buckets, which another process can merge. */
  readonly counts = new Float64Array(perOctave * octaves);

  /** Adds one value. Below zero counts as zero: two reads of one clock on two cores. */
  record(microseconds: number): void {
    const index = bucketOf(Math.max(0, microseconds));
    this.counts[index] = (this.counts[index] ?? 0) + 1;
  }

  /** Adds the counts of another histogram. */
  merge(counts: Float64Array): void {
    counts.forEach((count, index) => {
      this.counts[index] = (this.counts[index] ?? 0) + count;
    });
  }

  /** The value below which this part (0 to 1) of all values lie, in microseconds; `NaN` when there is none. */
  quantile(part: number): number {
    const total = this.counts.reduce((sum, count) => sum + count, 0);
    let left = part * total;
    for (let index = 0; index < this.counts.length; index++) {
      left -= this.counts[index] ?? 0;
      if (left <= 0 && total > 0) {
        return upperBound(index);
      }
    }
    return NaN;
  }
}

function bucketOf(value: number): number {
  if (value < perOctave) {
    return Math.floor(value);
  }
  const exponent = Math.floor(Math.log2(value));
  const base = 2 ** exponent;
  const index = (exponent - 5) * perOctave + Math.floor(((value - base) / base) * perOctave);
  return Math.min(index, perOctave * octaves - 1);
}

function upperBound(index: number): number {
  if (index < perOctave) {
    return index + 1;
  }
  const base = 2 ** (Math.floor(index / perOctave) + 5);
  return base + ((index % perOctave) + 1) * (base / perOctave);
}
