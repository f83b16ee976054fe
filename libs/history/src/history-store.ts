import type { Channel } from '@fedistream/domain';
import type { Observable } from 'rxjs';
import type { ParsedPosition } from './position.js';

/** A recorded message. Entries of all channels of an epoch have one order. */
export interface HistoryEntry {
  readonly sequence: number;
  readonly channel: Channel;
  /** Its part of a position: see `messageHash`. */
  readonly hash: string;
  /** The message exactly as it was published. */
  readonly message: Buffer;
}

/** The recorder's proof: everything published before the fence has been recorded, with numbers up to `sequence`. */
export interface Acknowledgement {
  /** The number that the node gave the fence. */
  readonly fence: number;
  readonly epoch: string;
  readonly sequence: number;
}

/** What is wanted of the history: everything on these channels behind the earliest of some positions, up to a fence. */
export interface HistoryQuery {
  readonly channels: readonly Channel[];
  /**
   * Positions of one epoch: the earliest of them counts, and each of them has to be found: among markers if it has a scope,
   * else among messages of these channels. The caller MUST have compared the scope.
   */
  readonly after: readonly [ParsedPosition, ...ParsedPosition[]];
  readonly upTo: Acknowledgement;
  /** With more entries than this the answer is the gap `tooMany`. */
  readonly limit: number;
  /** With more bytes of messages than this the answer is the gap `tooMany`. Left out: any number. */
  readonly limitBytes?: number | undefined;
}

/**
 * Why a client cannot be given what it missed:
 * - `invalid`: the position has not the form of one
 * - `unknown`: no message of these channels has it: forged, of another channel, or dropped since
 * - `epoch`: the recorder has begun a new epoch since, or there is none
 * - `old`: it is older than the retention
 * - `trimmed`: something behind it has been dropped, or may have been
 * - `tooMany`: more events or bytes than the limits were missed
 * - `notRecorded`: a channel of the stream is never recorded
 * - `notReplayable`: the stream computes its events over time, or decides by what it has seen before
 * - `noFence`: no recorder has acknowledged the fence in time
 * - `interrupted`: the node lost messages while it resumed the client
 * - `unavailable`: the history or the database cannot be asked now
 */
export type GapReason =
  | 'invalid'
  | 'unknown'
  | 'epoch'
  | 'old'
  | 'trimmed'
  | 'tooMany'
  | 'notRecorded'
  | 'notReplayable'
  | 'noFence'
  | 'interrupted'
  | 'unavailable';

/** The entries in order, or why they cannot be given. Never a part of them. */
export type HistoryAnswer = { readonly entries: readonly HistoryEntry[] } | { readonly gap: GapReason };

/**
 * Where the messages of the last minutes are kept. The port of a node; what records is the adapter's own matter.
 *
 * Promises an implementation makes:
 * - A fence goes the way of every message: the node receives it between what was published before and after it.
 * - An acknowledgement comes only behind the recording of everything published before the fence.
 * - `read` answers with entries only if none is missing. In doubt the answer is a gap.
 * - An epoch ends where a message may not have been recorded. No two epochs have the same name.
 */
export abstract class HistoryStore {
  /** The name of this node in its fences. */
  abstract readonly node: string;

  /** Acknowledgements of this node's fences. Never completes, never fails. */
  abstract readonly acknowledged: Observable<Acknowledgement>;

  /** Publishes a fence. Rejects when it cannot be published now. */
  abstract fence(number: number): Promise<void>;

  /** Reads what was missed. Rejects when the history cannot be asked now. */
  abstract read(query: HistoryQuery): Promise<HistoryAnswer>;
}
