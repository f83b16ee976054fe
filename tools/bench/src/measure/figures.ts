import type { CpuTimes } from '../figures/meters.js';

/** Milliseconds below which half, 95 % and 99 % lie. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** What was wrong, if anything. */
export interface Errors {
  readonly lost: number;
  readonly extra: number;
  /** Connections that ended by themselves. */
  readonly closed: number;
  /** Beginnings of things received that nobody published. */
  readonly strangers: readonly string[];
}

/** One measurement of one server. */
export interface Figures {
  /** What the scenario is about, per delivery or per connection; CPU in µs. */
  readonly cpu?: CpuTimes;
  readonly latency?: Latency;
  readonly errors?: Errors;
  readonly deliveries?: number;
  readonly perSecond?: number;
  /** The cores that the server used while the figure was taken. */
  readonly cores?: number;
  /** Per idle connection, in KB of 1,024 bytes. */
  readonly residentKb?: number;
  readonly heapKb?: number;
  /** From the first packet to the answer. */
  readonly connecting?: Latency;
  /** Of deliveries before others connected; `latency` is while they did. */
  readonly latencyBefore?: Latency;
}
