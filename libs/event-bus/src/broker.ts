import type { Channel } from '@fedistream/domain';
import { NEVER, type Observable } from 'rxjs';

/**
 * The port of a message broker. The event bus subscribes to a channel for its first listener, and unsubscribes after its
 * last.
 *
 * An implementation promises:
 * - Messages of one channel arrive in the order in which they were published. Control channels are always subscribed, and
 *   their messages keep their place among those of all other channels.
 * - A subscription outlives a lost connection. Messages published while the connection is down are lost.
 * - `subscribe` and `unsubscribe` may be called in any order and any number of times; the last call counts.
 */
export abstract class Broker {
  /** Whether messages can arrive now. While it is false, new connections are refused and open ones wait. */
  abstract readonly ready: boolean;

  /**
   * Emits when control messages arrive again after messages may have been lost, before a message of any subscribed channel
   * arrives. Subscribers MUST then look up again what only messages announce (a kill, a changed filter). A broker that
   * loses no messages never emits.
   */
  readonly gaps: Observable<void> = NEVER;

  /**
   * Subscribes to a channel.
   *
   * @returns settles once messages of this channel arrive, or once the channel is unsubscribed before that; never rejects,
   *   however long the connection is down
   */
  abstract subscribe(channel: Channel): Promise<void>;

  /** Unsubscribes from a channel. Messages that are already on their way still arrive. */
  abstract unsubscribe(channel: Channel): void;
}

/**
 * Receives one message. Called in the order of the messages, and MUST NOT throw.
 *
 * @param channel without the namespace
 * @param message the bytes as they were published, which may be anything; a view of a larger chunk
 */
export type MessageListener = (channel: Channel, message: Buffer) => void;

/** The messages of a transport strategy, passed to the handler of {@link messagesPattern}. */
export interface MessageSource {
  /** Replaces the listener. Messages before the first one are dropped. */
  setListener(listener: MessageListener): void;
}

/**
 * The pattern of the Nest handler that accepts messages. A transport strategy looks the handler up and calls it once, when
 * it starts, with a {@link MessageSource}; the messages themselves do not pass Nest's pipeline.
 */
export const messagesPattern = 'fedistream:messages';
