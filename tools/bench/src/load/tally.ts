import { LatencyHistogram } from '../figures/latency-histogram.js';
import type { TallyOrder, TallyResult } from './messages.js';

const unexpectedKept = 5;

/** The number of bytes that hold one bit for each event. */
export function rowBytes(events: number): number {
  return Math.ceil(events / 8);
}

/** Counts what the clients of one load process receive: each client's events, their latency, duplicates. */
export class Tally {
  received = 0;
  #order: TallyOrder;
  readonly #bits: Uint8Array;
  readonly #latencies = new LatencyHistogram();
  readonly #unexpected: string[] = [];
  #duplicates = 0;
  #closed = 0;

  constructor(order: TallyOrder, clients: number) {
    this.#order = order;
    this.#bits = new Uint8Array(clients * rowBytes(order.events));
  }

  /** Counts an event that has arrived. One published before this tally began is ignored. */
  add(client: number, sequence: number, micros: number): void {
    const event = sequence - this.#order.first;
    if (event < 0 || event >= this.#order.events) {
      return;
    }
    const byte = client * rowBytes(this.#order.events) + (event >> 3);
    const bit = 1 << (event & 7);
    const bits = this.#bits[byte] ?? 0;
    if (bits & bit) {
      this.#duplicates++;
      return;
    }
    this.#bits[byte] = bits | bit;
    this.received++;
    this.#latencies.record(micros);
  }

  /** Keeps the first texts that the benchmark did not publish. */
  unexpectedText(text: string): void {
    if (this.#unexpected.length < unexpectedKept) {
      this.#unexpected.push(text);
    }
  }

  /** Counts a connection that the server or the network has ended. */
  closed(): void {
    this.#closed++;
  }

  /** All counts, as they are sent to the parent process. */
  result(): TallyResult {
    return {
      received: this.received,
      duplicates: this.#duplicates,
      unexpected: this.#unexpected,
      closed: this.#closed,
      bits: this.#bits,
      latencies: this.#latencies.counts,
    };
  }
}
