import { tickText } from '@fedistream/history';

/** Ticks of one term; the next term continues behind them. */
const ticksPerTerm = 1_000_000_000;

/**
 * The ticks of a recorder that leads: messages of its own among all others, each with a text that no other recorder has used.
 * They tell every server that it records, and the recorder that it still receives what is published.
 */
export class Ticks {
  #next = 0;
  #sentMs = 0;
  #heardMs = 0;

  /** Begins a term. */
  begin(term: number): void {
    this.#next = term * ticksPerTerm;
    this.#heardMs = performance.now();
  }

  /** Whether the last one was sent at least so long ago, in milliseconds. */
  isDue(pauseMs: number): boolean {
    return performance.now() - this.#sentMs >= pauseMs;
  }

  /** The text of the next one, which counts as sent. */
  next(epoch: string): string {
    this.#sentMs = performance.now();
    return tickText(epoch, this.#next++);
  }

  /** To be called when one of this recorder's arrives. */
  heard(): void {
    this.#heardMs = performance.now();
  }

  /** How long none has arrived, in milliseconds. */
  get silentMs(): number {
    return performance.now() - this.#heardMs;
  }
}
