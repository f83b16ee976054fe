import { type Channel, controlTarget, presenceKey } from '@fedistream/domain';
import type { PublishTransport } from './publish-transport.js';
import type { BareEventName, EventName, PayloadEventName, StreamEvents } from './stream-events.js';
import { StreamMessage } from './stream-message.js';

/** At most this many keys are asked for in one command. */
const keysPerCommand = 1_000;

/** What a {@link StreamPublisher} may be told. */
export interface PublisherOptions {
  /** The server's `REDIS_NAMESPACE`: `n` puts `n:` before every channel and key. */
  readonly namespace?: string | undefined;
}

/**
 * Publishes events for the streaming servers. Build channels with `channels`:
 *
 * ```ts
 * await publisher.publish(channels.public('local'), 'update', status);
 * ```
 *
 * Whoever may see a home timeline, a list or a conversation is for the publisher to decide. Public and hashtag channels
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

  /** Publishes an event. Rejects when Redis cannot be reached: the event is lost then, for nothing is kept. */
  publish(channel: Channel, event: BareEventName): Promise<void>;
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- lets entities have more members than are named
  publish<Name extends PayloadEventName, Payload extends StreamEvents[Name]>(
    channel: Channel,
    event: Name,
    payload: Payload,
  ): Promise<void>;
  async publish(channel: Channel, event: EventName, payload?: unknown): Promise<void> {
    await this.transport.publish(this.#prefix + channel, new StreamMessage(event, payload));
  }

  /**
   * Publishes an event on those of the channels that somebody listens to, for a fan-out to thousands of home timelines
   * of which a few are open. Control channels are never left out.
   *
   * @returns on how many channels it was published
   */
  publishToSubscribed(channels: readonly Channel[], event: BareEventName): Promise<number>;
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- lets entities have more members than are named
  publishToSubscribed<Name extends PayloadEventName, Payload extends StreamEvents[Name]>(
    channels: readonly Channel[],
    event: Name,
    payload: Payload,
  ): Promise<number>;
  async publishToSubscribed(channels: readonly Channel[], event: EventName, payload?: unknown): Promise<number> {
    const message = new StreamMessage(event, payload);
    const subscribed = await this.subscribed(channels);
    await Promise.all(subscribed.map((channel) => this.transport.publish(this.#prefix + channel, message)));
    return subscribed.length;
  }

  /** Whether somebody listens to a channel now. See {@link subscribed}. */
  async isSubscribed(channel: Channel): Promise<boolean> {
    return (await this.subscribed([channel])).length > 0;
  }

  /**
   * The channels that somebody listens to, in their order: those for which a streaming server keeps the key
   * `subscribed:<channel>`. It may still be there for some minutes after the last listener has gone. Servers keep no
   * key for control channels: they listen to all of them.
   */
  async subscribed(channels: readonly Channel[]): Promise<Channel[]> {
    const found: Channel[] = [];
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
