/** The beginning of a stamp; it occurs in no other text of the benchmark. */
const marker = Buffer.from('fedibench-');
const sequenceDigits = 9;
const microsDigits = 16;
const stampBytes = marker.length + sequenceDigits + 1 + microsDigits;

/** A stamp must begin within so many bytes of a frame. Servers write little before the payload, which begins with it. */
export const stampWithinBytes = 1_024;

/** The text from which a load client reads the number of an event and when it was published (µs of `micros()`). */
export function stamp(sequence: number, micros: number): string {
  const time = Math.floor(micros).toString().padStart(microsDigits, '0');
  return `${marker.toString()}${sequence.toString().padStart(sequenceDigits, '0')}-${time}`;
}

/** Finds stamps in frames. It first looks where the last one was: frames of one subscription begin alike. */
export class StampReader {
  sequence = 0;
  sentAt = 0;
  #offset = 0;

  /** Whether a stamp begins between `from` and `to`; then {@link sequence} and {@link sentAt} are its own. */
  read(data: Buffer, from: number, to: number): boolean {
    let at = from + this.#offset;
    if (at + stampBytes > to || data.compare(marker, 0, marker.length, at, at + marker.length) !== 0) {
      at = data.indexOf(marker, from);
      if (at < 0 || at + stampBytes > to) {
        return false;
      }
      this.#offset = at - from;
    }
    this.sequence = decimal(data, at + marker.length, sequenceDigits);
    this.sentAt = decimal(data, at + marker.length + sequenceDigits + 1, microsDigits);
    return true;
  }
}

function decimal(data: Buffer, from: number, digits: number): number {
  let value = 0;
  for (let at = from; at < from + digits; at++) {
    value = value * 10 + (data[at] ?? 0) - 48;
  }
  return value;
}
