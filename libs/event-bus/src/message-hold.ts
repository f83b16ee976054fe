import type { Channel, EventOrigin } from '@fedistream/domain';

/**
 * Publishes a message on the bus.
 *
 * @param origin its place, if it has one already
 */
export type ReleaseMessage = (channel: Channel, message: Buffer, origin?: EventOrigin) => void;

/** Keeps messages back while earlier ones that were missed are being fetched. The application provides one if it keeps a history. */
export abstract class MessageHold {
  /** Called once, before the first message. */
  abstract open(release: ReleaseMessage): void;

  /** Called for each message of a channel with listeners, in order. @returns whether it is kept, to be released later */
  abstract keep(channel: Channel, message: Buffer): boolean;
}
