import type { StreamingError } from '@fedistream/domain';
import type { CloseReason } from './close-reason.js';
import type { Framing } from './framing.js';

/** The socket of a connection, as far as a connection needs it. The application has one implementation per protocol. */
export interface Transport {
  readonly framing: Framing;

  /** Bytes that were written and that the operating system has not taken; those included that {@link uncork} would give it. */
  readonly bufferedBytes: number;

  /** How many writes are queued because the client does not read. 0 or more; may be 0 while few are queued. */
  readonly bufferedPieces: number;

  /** Queues bytes that {@link framing} made. Never called after {@link close}. MUST NOT throw. */
  write(bytes: Buffer): void;

  /** Gives the operating system what was held back to be written in one call. */
  uncork(): void;

  /**
   * Tells the client that one of its subscriptions has ended, and why. Left out by a transport that carries a single
   * subscription: the connection closes instead.
   */
  withdraw?(error: StreamingError): void;

  /**
   * Closes the connection as the protocol does, and releases the socket even if the client does not answer. Output that
   * waits is sent first, unless the client is gone or too slow. Called once.
   *
   * @returns settles when nothing is left to be sent or waited for, with whether the client has confirmed that it has read
   *   everything, as far as the protocol tells; never rejects
   */
  close(reason: CloseReason): Promise<boolean>;
}
