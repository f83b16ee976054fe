import type { Channel } from '@fedistream/domain';
import { Broker } from '@fedistream/event-bus';

/** A broker that brings nothing, and knows what is followed. */
export class SubscribedChannels extends Broker {
  override readonly ready = true;
  readonly channels = new Set<Channel>();

  override subscribe(channel: Channel): Promise<void> {
    this.channels.add(channel);
    return Promise.resolve();
  }

  override unsubscribe(channel: Channel): void {
    this.channels.delete(channel);
  }
}
