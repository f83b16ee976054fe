import {
  type ChannelOf,
  controlTarget,
  type EventType,
  type EventTypes,
  type PayloadOf,
  presenceKey,
} from '@fedistream/domain';
import type { PublishTransport } from './publish-transport.js';
import { StreamMessage } from './stream-message.js';

/** At most this many keys are asked for in one command. */
const keysPerCommand = 1_000;

/** What a {@link StreamPublisher} may be told. */
export interface PublisherOptions {
  /** The server's `REDIS_NAMESPACE`: `n` puts `n:` before every channel and key. */
  readonly namespace?: string | undefined;
}

/** What follows an event's name in a call: its payload, or nothing for an event that has none. */
export type PayloadArguments<E extends EventType> =
  PayloadOf<E> extends undefined ? readonly [] : readonly [payload: PayloadOf<E>];

/**
 * Publishes events for the streaming servers. Channels are built by `channels` or by a module's channel family; a channel
 * says which events it carries and what they look like:
 *
 * ```ts
 * await publisher.publish(channels.public('local'), 'update', status);
 * await publisher.publish(draftChannel('42'), 'draft', { id: '42', kind: 'text' });
 * ```
 *
 * The publisher decides which accounts receive an event of a home timeline, a list or a conversation. Public and hashtag channels
 * take public statuses only; the server does the rest.
 */
export class StreamPublisher {
  readonly #prefix: string;

  constructor(
    private readonly transport: PublishTransport,
    { namespace }: PublisherOptions = {},
  ) {
    this.#prefix = namespace === undefined || namespace === '' ? '' : `${namespace}:`;
  }

  /**
   * Publishes an event. A payload may have more members than its type names: entities leave whole.
   *
   * @returns rejects when Redis cannot be reached: the event is lost then, for nothing is kept
   */
  async publish<
    E extends EventTypes,
    Name extends keyof E & string,
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- inferred from the call, so that entities may have more members than are named
    const Payload extends PayloadArguments<E[Name]>,
  >(channel: ChannelOf<E>, event: Name, ...[payload]: Payload): Promise<void> {
    await this.transport.publish(this.#prefix + channel, new StreamMessage(event, payload));
  }

  /**
   * Publishes an event on those of the channels that a client listens to, for a fan-out to thousands of home timelines
   * of which a few are open. Control channels are never left out.
   *
   * @returns on how many channels it was published
   */
  async publishToSubscribed<
    E extends EventTypes,
    Name extends keyof E & string,
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as above
    const Payload extends PayloadArguments<E[Name]>,
  >(channels: readonly ChannelOf<E>[], event: Name, ...[payload]: Payload): Promise<number> {
    const message = new StreamMessage(event, payload);
    const subscribed = await this.subscribed(channels);
    await Promise.all(subscribed.map((channel) => this.transport.publish(this.#prefix + channel, message)));
    return subscribed.length;
  }

  /** Whether a client listens to a channel now. See {@link subscribed}. */
  async isSubscribed(channel: ChannelOf): Promise<boolean> {
    return (await this.subscribed([channel])).length > 0;
  }

  /**
   * The channels that a client listens to, in their order: those for which a streaming server keeps the key
   * `subscribed:<channel>`. It may still be there for some minutes after the last listener has gone. Servers keep no
   * key for control channels: they listen to all of them.
   */
  async subscribed<C extends ChannelOf>(channels: readonly C[]): Promise<C[]> {
    const found: C[] = [];
    for (let from = 0; from < channels.length; from += keysPerCommand) {
      const some = channels.slice(from, from + keysPerCommand);
      const keys = some.map((channel) => this.#prefix + presenceKey(channel));
      const exist = await this.transport.exist?.(keys);
      found.push(
        ...some.filter((channel, index) => exist === undefined || exist[index] || controlTarget(channel) !== undefined),
      );
    }
    return found;
  }
}
