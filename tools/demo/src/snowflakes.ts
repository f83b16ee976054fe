/** Makes ids as Mastodon does: milliseconds since 1970 in the upper 48 bits, a sequence number in the lower 16. */
export class Snowflakes {
  #last = 0n;

  /**
   * An id for this time. It is larger than every earlier id, even when the clock steps back.
   *
   * @param at ms since 1970
   */
  next(at: number): string {
    const first = BigInt(at) << 16n;
    this.#last = first > this.#last ? first : this.#last + 1n;
    return String(this.#last);
  }
}
