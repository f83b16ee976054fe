import type { Label } from './labels.js';

/** The ways in which a client may receive events. */
export type Transport = 'ws' | 'sse';

/** One client to be: what it says of itself and what it listens to. Server-sent events carry one subscription. */
export interface ClientSpec {
  readonly token: string;
  readonly subscriptions: readonly Label[];
}

/** Where clients go. */
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

/** What a load process is told. Answers carry the same `id`. */
export type LoadCommand =
  | { readonly id: number; readonly connect: ConnectOrder }
  | { readonly id: number; readonly begin: TallyOrder }
  | { readonly id: number; readonly report: true }
  | { readonly id: number; readonly disconnect: true };

/** How the opening of clients went. */
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
  readonly strangers: readonly string[];
  /** Connections that the server or the network ended. */
  readonly closed: number;
  /** One row of bits for each client, one bit for each event. */
  readonly bits: Uint8Array;
  /** Counts of a `LatencyHistogram`. */
  readonly latencies: Float64Array;
}

/** What a load process says: answers, and now and then how many events its clients have received. */
export type LoadNews =
  | { readonly id: number; readonly connected: ConnectResult }
  | { readonly id: number; readonly tally: TallyResult }
  | { readonly id: number; readonly done: true }
  | { readonly received: number };
