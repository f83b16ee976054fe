import type { Channel } from '@fedistream/domain';
import { NEVER, type Observable } from 'rxjs';

/**
 * What brings the platform's messages to this process. The bus asks it to follow a channel when the first listener
 * comes and to leave it when the last one goes.
 *
 * Promises an implementation makes:
 * - Messages of one channel are handed on in the order in which they were published; control channels are always
 *   followed, and their messages keep their place among those of all other channels.
 * - What is followed stays followed across lost connections. Messages published while the connection is down are lost.
 * - `follow` and `unfollow` may be called in any order and as often as wanted; the last call counts.
 */
export abstract class Broker {
  /** Whether messages can arrive now. While it is false, new connections are refused and open ones wait. */
  abstract readonly ready: boolean;

  /**
   * Says that control messages arrive again after a time in which messages may have been lost, before any of a followed
   * channel is handed on. Whoever knows something only because a message told so (a kill, a changed filter) must find out
   * anew. Silent for a broker that loses nothing.
   */
  readonly gaps: Observable<void> = NEVER;

  /**
   * Follows a channel.
   *
   * @returns settles once messages of this channel arrive, or once it has been left again before that; never rejects,
   *   however long the broker is down
   */
  abstract subscribe(channel: Channel): Promise<void>;

  /** Leaves a channel. Nothing of it is handed on afterwards, except what is already on its way. */
  abstract unsubscribe(channel: Channel): void;
}

/**
 * The pattern under which the receiving handler is registered with Nest's microservice container. A transport strategy
 * looks this handler up once, when it starts, and calls it with each message's text and a {@link MessageContext}.
 */
export const messagePattern = 'fedistream:message';

/** What a transport strategy tells about a message besides its text. */
export interface MessageContext {
  /** The channel, without namespace. */
  readonly channel: Channel;
}
