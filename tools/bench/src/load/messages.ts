import type { Label } from './labels.js';

/** The protocols over which a client may receive events. */
export type Transport = 'ws' | 'sse';

/** A client to be opened: its token and its subscriptions. Server-sent events carry one subscription. */
export interface ClientSpec {
  readonly token: string;
  readonly subscriptions: readonly Label[];
}

/** The address that clients connect to. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Opens these clients, in addition to those already there. */
export interface ConnectOrder {
  readonly address: Address;
  readonly transport: Transport;
  readonly clients: readonly ClientSpec[];
  /** How many are opened per second; absent: as fast as it goes. */
  readonly perSecond?: number | undefined;
}

/** Starts a tally of the events with the sequence numbers from `first` on; earlier ones are ignored from now on. */
export interface TallyOrder {
  readonly first: number;
  readonly events: number;
}

/** A command to a load process. The reply carries the same `id`. */
export type LoadCommand =
  | { readonly id: number; readonly connect: ConnectOrder }
  | { readonly id: number; readonly begin: TallyOrder }
  | { readonly id: number; readonly report: true }
  | { readonly id: number; readonly disconnect: true };

/** The result of opening clients. */
export interface ConnectResult {
  /** Why clients were refused: the status line or the error, once each. */
  readonly refusals: readonly string[];
  readonly open: number;
  /** From the connection's first packet to the answer's head, in µs: counts of a `LatencyHistogram`. */
  readonly latencies: Float64Array;
}

/** What the clients of one process have received since the tally began. */
export interface TallyResult {
  readonly received: number;
  readonly duplicates: number;
  /** Text frames and chunks that hold neither an event of the benchmark nor a heartbeat: error frames, mostly. */
  readonly unexpected: readonly string[];
  /** Connections that the server or the network ended. */
  readonly closed: number;
  /** One row of bits for each client, one bit for each event. */
  readonly bits: Uint8Array;
  /** Counts of a `LatencyHistogram`. */
  readonly latencies: Float64Array;
}

/** What a load process sends: replies, and every 25 ms the number of events that its clients have received. */
export type LoadReply =
  | { readonly id: number; readonly connected: ConnectResult }
  | { readonly id: number; readonly tally: TallyResult }
  | { readonly id: number; readonly done: true }
  | { readonly received: number };
