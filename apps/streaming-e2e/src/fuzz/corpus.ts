import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Which input of the server. */
export type Surface = 'redis' | 'websocket' | 'http';

/** The corpus stays small enough to read. */
const longest = 200;
const largestEntry = 600;

/**
 * Inputs that once behaved in a way of their own, one a line, as JSON strings of Latin-1. The fuzzer mutates them. A run that
 * may grow the corpus adds every input whose behaviour it has not seen.
 */
export class Corpus {
  readonly #file: string;
  readonly #entries: string[];
  readonly #behaviours = new Set<string>();
  #added = 0;

  constructor(surface: Surface) {
    this.#file = join(import.meta.dirname, 'corpus', `${surface}.jsonl`);
    this.#entries = readFileSync(this.#file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as string);
  }

  /** The inputs. */
  get entries(): readonly Buffer[] {
    return this.#entries.map((entry) => Buffer.from(entry, 'latin1'));
  }

  /** How many were added. */
  get added(): number {
    return this.#added;
  }

  /** Notes how the server behaved for an input; keeps the input if no other one has behaved like that. */
  note(behaviour: string, input: Buffer): void {
    if (this.#behaviours.has(behaviour)) {
      return;
    }
    this.#behaviours.add(behaviour);
    const entry = input.toString('latin1');
    if (this.#entries.length < longest && input.length <= largestEntry && !this.#entries.includes(entry)) {
      this.#entries.push(entry);
      this.#added += 1;
    }
  }

  /** Writes the corpus back. */
  save(): void {
    writeFileSync(this.#file, `${this.#entries.map((entry) => JSON.stringify(entry)).join('\n')}\n`);
  }
}
