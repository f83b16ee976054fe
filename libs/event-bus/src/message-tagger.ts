import type { Channel, EventOrigin } from '@fedistream/domain';

/** Numbers the messages that this node receives. The application provides one if it keeps a history. */
export abstract class MessageTagger {
  /** Called once for each message of a channel with listeners, in order, before it is decoded. It MUST NOT throw. */
  abstract tag(channel: Channel, message: Buffer): EventOrigin;
}
