import { noPayload, payload, type JsonSchema } from './event-type.js';
import type { Visibility } from './visibility.js';

/** Anything of Mastodon's API that has an id. Ids are decimal strings: they are larger than a number can hold. */
export interface Entity {
  readonly id: string;
}

/** The members of a Status that decide which viewers may see it. All other members are passed on unchanged. */
export interface StatusPayload extends Entity {
  readonly visibility: Visibility;
  readonly account: Entity & {
    readonly username: string;
    /** `username` for local accounts, `username@domain` for remote ones. */
    readonly acct: string;
  };
  /** A language code, compared with the languages that viewers have chosen. */
  readonly language?: string | null;
  /** Accounts whose blocks and mutes count besides the author's. */
  readonly mentions?: readonly (Entity & { readonly acct: string })[];
  /** Hashtags without `#`. */
  readonly tags?: readonly { readonly name: string }[];
  /** The status that this one answers. */
  readonly in_reply_to_id?: string | null;
  /** The viewer's filters that match; this server adds it on `per-viewer` streams. */
  readonly filtered?: readonly object[];
}

/** A Notification. */
export interface NotificationPayload extends Entity {
  readonly type: string;
}

/** A reaction to an announcement was added or removed. */
export interface AnnouncementReactionPayload {
  readonly name: string;
  readonly count: number;
  readonly announcement_id: string;
}

const id: JsonSchema = { type: 'string', pattern: '^[0-9]+$', description: 'A decimal id' };
const entity = (title: string): JsonSchema => ({
  type: 'object',
  title,
  description: `https://docs.joinmastodon.org/entities/${title}/`,
  properties: { id },
});

/** The events of Mastodon's streams and what each carries. https://docs.joinmastodon.org/methods/streaming/#events */
export const mastodonEvents = Object.freeze({
  /** A new status. */
  update: payload<StatusPayload>({ schema: entity('Status') }),
  /** A status was edited. */
  'status.update': payload<StatusPayload>({ schema: entity('Status') }),
  /** A status was deleted: its id. */
  delete: payload<string>({ schema: id, carriesStatus: false }),
  notification: payload<NotificationPayload>({ schema: entity('Notification') }),
  /** Filtered notifications were accepted: always `1`. */
  notifications_merged: payload<'1'>({ schema: { const: '1' }, carriesStatus: false }),
  /** The account's filters have changed. On `channels.system` the server reloads them, on `channels.home` clients do. */
  filters_changed: noPayload(),
  conversation: payload<Entity>({ schema: entity('Conversation') }),
  announcement: payload<Entity>({ schema: entity('Announcement') }),
  'announcement.reaction': payload<AnnouncementReactionPayload>({
    schema: {
      type: 'object',
      properties: { name: { type: 'string' }, count: { type: 'integer' }, announcement_id: id },
    },
    carriesStatus: false,
  }),
  /** An announcement was deleted: its id. */
  'announcement.delete': payload<string>({ schema: id, carriesStatus: false }),
});

/** The type of {@link mastodonEvents}. */
export type MastodonEvents = typeof mastodonEvents;

/** The events that the platform publishes on control channels for the server; clients never receive them. */
export const controlEvents = Object.freeze({
  /** Ends the connections of a token (`channels.accessToken`) or of an account (`channels.system`). */
  kill: noPayload(),
  /** The server reloads the account's filters. */
  filters_changed: noPayload(),
  /** The server authorizes subscriptions again: all of one account, or all to one stream. */
  reauthorize: noPayload(),
});

/** The type of {@link controlEvents}. */
export type ControlEvents = typeof controlEvents;
