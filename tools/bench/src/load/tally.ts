import { LatencyHistogram } from '../figures/latency-histogram.js';
import type { TallyOrder, TallyResult } from './messages.js';

const strangersKept = 5;

/** The number of bytes that hold one bit for each event. */
export function rowBytes(events: number): number {
  return Math.ceil(events / 8);
}

/** Counts what the clients of one load process receive: which client which event, how late, what twice. */
export class Tally {
  received = 0;
  #order: TallyOrder;
  readonly #bits: Uint8Array;
  readonly #latencies = new LatencyHistogram();
  readonly #strangers: string[] = [];
  #duplicates = 0;
  #closed = 0;

  constructor(order: TallyOrder, clients: number) {
    this.#order = order;
    this.#bits = new Uint8Array(clients * rowBytes(order.events));
  }

  /** An event has arrived. One that was published before this tally began is not counted. */
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

  /** Something has arrived that the benchmark did not publish. */
  stranger(text: string): void {
    if (this.#strangers.length < strangersKept) {
      this.#strangers.push(text);
    }
  }

  /** A connection has ended by itself. */
  closed(): void {
    this.#closed++;
  }

  /** All of it, ready to be sent. */
  result(): TallyResult {
    return {
      received: this.received,
      duplicates: this.#duplicates,
      strangers: this.#strangers,
      closed: this.#closed,
      bits: this.#bits,
      latencies: this.#latencies.counts,
    };
  }
}
