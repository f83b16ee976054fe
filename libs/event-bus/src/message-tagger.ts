import type { Channel, EventOrigin } from '@fedistream/domain';

/** Notes where each message stands among all that the node receives. The application provides one if it keeps a history. */
export abstract class MessageTagger {
  /** Called once for each message of a channel with listeners, in order, before it is decoded. Must not throw. */
  abstract tag(channel: Channel, text: string): EventOrigin;
}
