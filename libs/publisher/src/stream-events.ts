import type { Visibility } from '@fedistream/domain';

/** Anything of Mastodon's API that has an id. Ids are decimal strings: they are larger than a number can hold. */
export interface Entity {
  readonly id: string;
}

/** Of a Status, what decides who may see it. Everything else of the entity goes along as it is. */
export interface StatusPayload extends Entity {
  readonly visibility: Visibility;
  readonly account: Entity & {
    readonly username: string;
    /** `username` for local accounts, `username@domain` for others: tells where a status is from. */
    readonly acct: string;
  };
  /** A language code, for viewers who have chosen languages. */
  readonly language?: string | null;
  /** Whose blocks and mutes count besides the author's. */
  readonly mentions?: readonly (Entity & { readonly acct: string })[];
}

/** A Notification. */
export interface NotificationPayload extends Entity {
  readonly type: string;
}

/** Somebody reacted to an announcement. */
export interface AnnouncementReactionPayload {
  readonly name: string;
  readonly count: number;
  readonly announcement_id: string;
}

/**
 * The events that the platform publishes and what each carries; `undefined` for those that carry nothing.
 *
 * A team with events of its own adds them, and has them typed:
 *
 * ```ts
 * declare module '@fedistream/publisher' {
 *   interface StreamEvents {
 *     'report.created': { readonly id: string; readonly category: string };
 *   }
 * }
 * ```
 */
export interface StreamEvents {
  /** A new status. */
  update: StatusPayload;
  /** A status was edited. */
  'status.update': StatusPayload;
  /** A status was deleted: its id. */
  delete: string;
  notification: NotificationPayload;
  /** Filtered notifications were accepted: always `1`. */
  notifications_merged: '1';
  /** The account's filters have changed. On `channels.system` the server reloads them, on `channels.home` clients do. */
  filters_changed: undefined;
  conversation: Entity;
  announcement: Entity;
  'announcement.reaction': AnnouncementReactionPayload;
  /** An announcement was deleted: its id. */
  'announcement.delete': string;
  /** Ends the connections of a token (`channels.accessToken`) or of an account (`channels.system`). */
  kill: undefined;
}

/** The names of all events. */
export type EventName = keyof StreamEvents;

/** The names of the events that carry nothing. */
export type BareEventName = {
  [Name in EventName]: StreamEvents[Name] extends undefined ? Name : never;
}[EventName];

/** The names of the events that carry something. */
export type PayloadEventName = Exclude<EventName, BareEventName>;
