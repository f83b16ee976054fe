import { channels } from '@fedistream/domain';
import { onEach, type DemoMessage } from './demo-message.js';
import { demoUser } from './people.js';
import { accountOf, type Person } from './person.js';
import { readBy, statusOf } from './status.js';
import type { Announcement, AnnouncementReaction, Conversation, Notification, Status } from './entities.js';

/** When something happens, and the id it gets. */
export interface Moment {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Notifies the demo user of what a person did. */
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

/** A direct message to the demo user, whom its text mentions. */
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

/** A word from the administrators. They reach people through their home timelines. */
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

/** A person's emoji under an announcement. */
export function reaction(payload: AnnouncementReaction): DemoMessage[] {
  return onEach([channels.home(demoUser.id)], 'announcement.reaction', payload);
}

/** The end of an announcement. */
export function announcementEnd(id: string): DemoMessage[] {
  return onEach([channels.home(demoUser.id)], 'announcement.delete', id);
}

/** The demo user's filters have changed: clients reload theirs, and so does the server, told on the control channel. */
export function filtersChanged(): DemoMessage[] {
  return onEach([channels.system(demoUser.id), channels.home(demoUser.id)], 'filters_changed');
}
