import type { CpuTimes } from '../figures/meters.js';

/** Milliseconds below which half, 95 % and 99 % lie. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** What was received wrongly, and what ended. */
export interface Errors {
  readonly lost: number;
  readonly extra: number;
  /** Connections that the server or the network ended. */
  readonly closed: number;
  /** The beginnings of frames and chunks that the benchmark did not publish. */
  readonly unexpected: readonly string[];
}

/** One measurement of one server. */
export interface Figures {
  /** CPU in µs per delivery, new connection or scrape. */
  readonly cpu?: CpuTimes;
  readonly latency?: Latency;
  readonly errors?: Errors;
  readonly deliveries?: number;
  readonly perSecond?: number;
  /** The cores that the server used while the figure was taken. */
  readonly cores?: number;
  /** While all connections are idle, in per cent of a core. */
  readonly idle?: CpuTimes;
  /** Per idle connection, in KB of 1,024 bytes. */
  readonly residentKb?: number;
  readonly heapKb?: number;
  /** The longest block of the event loop during a scrape, and the time from its request to its answer. */
  readonly blockMs?: number;
  readonly answerMs?: number;
  /** From the first packet to the answer. */
  readonly connecting?: Latency;
  /** Of deliveries before the new clients connected; `latency` is that of deliveries meanwhile. */
  readonly latencyBefore?: Latency;
}
