/** More texts than there are; further statements go without a name. */
const maxNames = 200;

/**
 * Names for statements, one for each text: PostgreSQL parses and plans a statement with a name once for each connection,
 * and of looking up a token, for instance, planning is nine tenths of the cost.
 */
export class StatementNames {
  #generation = 0;
  readonly #names = new Map<string, string>();

  /** The text's name; `undefined` when there are too many, as the session keeps them all. */
  of(text: string): string | undefined {
    let name = this.#names.get(text);
    if (name === undefined && this.#names.size < maxNames) {
      name = `fedistream_${this.#generation}_${this.#names.size + 1}`;
      this.#names.set(text, name);
    }
    return name;
  }

  /** Gives every text another name, because the plans behind the old ones no longer fit. */
  renew(): void {
    this.#generation++;
    this.#names.clear();
  }
}
