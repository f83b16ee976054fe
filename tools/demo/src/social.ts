import { channels } from '@fedistream/domain';
import { onEach, type DemoMessage } from './demo-message.js';
import { demoUser } from './people.js';
import { accountOf, type Person } from './person.js';
import { readBy, statusOf } from './status.js';
import type { Announcement, AnnouncementReaction, Conversation, Notification, Status } from './entities.js';

/** The time and the id of something that is published. */
export interface Moment {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A notification to the demo user about what this person did. */
export function notificationFrom(
  person: Person,
  type: Notification['type'],
  status: Status | undefined,
  { id, at }: Moment,
): DemoMessage[] {
  const notification: Notification = {
    id,
    type,
    group_key: `ungrouped-${id}`,
    created_at: new Date(at).toISOString(),
    account: accountOf(person, at),
    ...(status && { status: readBy(status) }),
  };
  return onEach([channels.notifications(demoUser.id)], 'notification', notification);
}

/** A direct message to the demo user; its text mentions that account. */
export function directMessageFrom(person: Person, text: string, { id, at }: Moment): DemoMessage[] {
  const status = statusOf(person, { text }, { id, at, visibility: 'direct' });
  const conversation: Conversation = {
    // One thread for each person, so that a client shows the newest message in its place.
    id: String(BigInt(person.id) % 1_000_000n),
    unread: true,
    accounts: [accountOf(person, at)],
    last_status: readBy(status),
  };
  return onEach([channels.direct(demoUser.id)], 'conversation', conversation);
}

/** An announcement. Mastodon publishes them on home channels. */
export function announcement(text: string, { id, at }: Moment): DemoMessage[] {
  const published = new Date(at).toISOString();
  const payload: Announcement = {
    id,
    content: `<p>${text}</p>`,
    starts_at: null,
    ends_at: null,
    all_day: false,
    published_at: published,
    updated_at: published,
    read: false,
    mentions: [],
    statuses: [],
    tags: [],
    emojis: [],
    reactions: [],
  };
  return onEach([channels.home(demoUser.id)], 'announcement', payload);
}

/** An emoji reaction to an announcement. */
export function reaction(payload: AnnouncementReaction): DemoMessage[] {
  return onEach([channels.home(demoUser.id)], 'announcement.reaction', payload);
}

/** The end of an announcement. */
export function announcementEnd(id: string): DemoMessage[] {
  return onEach([channels.home(demoUser.id)], 'announcement.delete', id);
}

/** The demo user's filters have changed: sent on home for clients, and on the control channel for the server. */
export function filtersChanged(): DemoMessage[] {
  return onEach([channels.system(demoUser.id), channels.home(demoUser.id)], 'filters_changed');
}
