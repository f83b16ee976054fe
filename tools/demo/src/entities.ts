/*
 * The entities that the demo publishes, as Mastodon's API documentation names them (https://docs.joinmastodon.org/entities/), with
 * the members that a server of version 4.5 sends. Times are ISO 8601 in UTC, ids decimal strings, texts named "HTML" HTML.
 */

/** A profile. */
export interface Account {
  readonly id: string;
  readonly username: string;
  /** The username alone for local accounts, `username@domain` for remote ones. */
  readonly acct: string;
  readonly url: string;
  readonly uri: string;
  readonly display_name: string;
  /** HTML. */
  readonly note: string;
  readonly avatar: string;
  readonly avatar_static: string;
  readonly header: string;
  readonly header_static: string;
  readonly locked: boolean;
  readonly bot: boolean;
  readonly group: boolean;
  readonly discoverable: boolean;
  readonly noindex: boolean;
  readonly created_at: string;
  /** A date without time. */
  readonly last_status_at: string;
  readonly statuses_count: number;
  readonly followers_count: number;
  readonly following_count: number;
  readonly hide_collections: boolean;
  readonly emojis: readonly [];
  readonly fields: readonly Field[];
  readonly roles: readonly [];
}

/** One line of the table on a profile. */
export interface Field {
  readonly name: string;
  /** HTML. */
  readonly value: string;
  readonly verified_at: string | null;
}

/** An account named in a status. */
export type Mention = Pick<Account, 'id' | 'username' | 'acct' | 'url'>;

/** A hashtag of a status; `name` is normalised. */
export interface Tag {
  readonly name: string;
  readonly url: string;
}

/** A picture of a status. */
export interface MediaAttachment {
  readonly id: string;
  readonly type: 'image';
  readonly url: string;
  readonly preview_url: string;
  /** Where the picture comes from when its author is remote. */
  readonly remote_url: string | null;
  readonly preview_remote_url: string | null;
  readonly text_url: string | null;
  readonly meta: { readonly original: Dimensions; readonly small: Dimensions };
  readonly description: string;
  readonly blurhash: string;
}

/** The size of a picture in pixels, as numbers and as text. */
export interface Dimensions {
  readonly width: number;
  readonly height: number;
  readonly size: string;
  readonly aspect: number;
}

/** A poll of a status. */
export interface Poll {
  readonly id: string;
  readonly expires_at: string;
  readonly expired: boolean;
  readonly multiple: boolean;
  readonly votes_count: number;
  readonly voters_count: number;
  readonly options: readonly { readonly title: string; readonly votes_count: number }[];
  readonly emojis: readonly [];
}

/** A status for all viewers: without the members that depend on the viewer. */
export interface Status {
  readonly id: string;
  readonly created_at: string;
  readonly edited_at: string | null;
  readonly in_reply_to_id: string | null;
  readonly in_reply_to_account_id: string | null;
  readonly sensitive: boolean;
  readonly spoiler_text: string;
  readonly visibility: 'public' | 'unlisted' | 'private' | 'direct';
  readonly language: string;
  readonly uri: string;
  readonly url: string;
  readonly replies_count: number;
  readonly reblogs_count: number;
  readonly favourites_count: number;
  readonly quotes_count: number;
  /** HTML. */
  readonly content: string;
  readonly reblog: Status | null;
  readonly quote: null;
  readonly application: { readonly name: string; readonly website: string | null } | null;
  readonly account: Account;
  readonly media_attachments: readonly MediaAttachment[];
  readonly mentions: readonly Mention[];
  readonly tags: readonly Tag[];
  readonly emojis: readonly [];
  readonly card: null;
  readonly poll: Poll | null;
}

/** A status for one viewer: in home and list streams, conversations and notifications. */
export interface ReadStatus extends Status {
  readonly favourited: boolean;
  readonly reblogged: boolean;
  readonly muted: boolean;
  readonly bookmarked: boolean;
  readonly filtered: readonly [];
}

/** A notification to the demo user. */
export interface Notification {
  readonly id: string;
  readonly type: 'mention' | 'favourite' | 'reblog' | 'follow';
  readonly group_key: string;
  readonly created_at: string;
  readonly account: Account;
  readonly status?: ReadStatus;
}

/** A thread of direct messages. */
export interface Conversation {
  readonly id: string;
  readonly unread: boolean;
  readonly accounts: readonly Account[];
  readonly last_status: ReadStatus;
}

/** An announcement of the administrators. */
export interface Announcement {
  readonly id: string;
  /** HTML. */
  readonly content: string;
  readonly starts_at: string | null;
  readonly ends_at: string | null;
  readonly all_day: boolean;
  readonly published_at: string;
  readonly updated_at: string;
  readonly read: boolean;
  readonly mentions: readonly [];
  readonly statuses: readonly [];
  readonly tags: readonly [];
  readonly emojis: readonly [];
  readonly reactions: readonly [];
}

/** The number of reactions to an announcement with one emoji. */
export interface AnnouncementReaction {
  readonly name: string;
  readonly count: number;
  readonly announcement_id: string;
}
