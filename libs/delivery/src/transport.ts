import type { StreamingError } from '@fedistream/domain';
import type { CloseReason } from './close-reason.js';
import type { Framing } from './framing.js';

/** The socket under a connection, as little of it as a connection needs. The app has one for each protocol. */
export interface Transport {
  readonly framing: Framing;

  /** Bytes that were written and that the operating system has not taken, or has not been given yet: see {@link flush}. */
  readonly bufferedBytes: number;

  /** Queues bytes that {@link framing} made. Never called after {@link close}. Must not throw. */
  write(bytes: Buffer): void;

  /** Gives the operating system what was kept back to be written in one call. */
  flush(): void;

  /**
   * Tells the client that one of its subscriptions has ended, and why. Left out by a transport that carries a single
   * subscription: the connection ends instead.
   */
  withdraw?(error: StreamingError): void;

  /**
   * Says goodbye as the protocol does it, and lets go of the socket even if the client does not answer. Called once.
   *
   * @returns settles when nothing is left to be sent and nothing to be waited for; never rejects
   */
  close(reason: CloseReason): Promise<void>;
}
