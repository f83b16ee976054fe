import type { Channel } from '@fedistream/domain';
import { EventFeed } from '@fedistream/event-bus';

/** A feed that brings nothing, and knows what is followed. */
export class FollowedChannels extends EventFeed {
  override readonly ready = true;
  readonly channels = new Set<Channel>();

  override follow(channel: Channel): Promise<void> {
    this.channels.add(channel);
    return Promise.resolve();
  }

  override unfollow(channel: Channel): void {
    this.channels.delete(channel);
  }
}
