import type { StreamingError } from '@fedistream/domain';
import type { CloseReason } from './close-reason.js';
import type { Framing } from './framing.js';

/** The port for the socket of a connection. The application has one implementation per protocol. */
export interface Transport {
  readonly framing: Framing;

  /** Bytes that were written and that the operating system has not taken, corked ones included. */
  readonly bufferedBytes: number;

  /** How many writes are queued because the client does not read. 0 or more; may be 0 while few are queued. */
  readonly bufferedPieces: number;

  /** Queues bytes that {@link framing} made. Never called after {@link close}. MUST NOT throw. */
  write(bytes: Buffer): void;

  /** Writes corked bytes at once: those that were collected to be written in one call. */
  uncork(): void;

  /**
   * Tells the client that one of its subscriptions has ended, and why. Left out by a transport that carries a single
   * subscription: the connection closes instead.
   */
  withdraw?(error: StreamingError): void;

  /**
   * Closes the connection as the protocol does, and releases the socket even if the client does not answer. Waiting output is
   * sent first, unless the client has left or is too slow. Called once.
   *
   * @returns settles when nothing is left to be sent or waited for, with whether the client has confirmed that it has read
   *   everything, as far as the protocol tells; never rejects
   */
  close(reason: CloseReason): Promise<boolean>;
}
