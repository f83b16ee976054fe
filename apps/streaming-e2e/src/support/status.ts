import { newId } from './fixtures.js';
import type { Account } from './accounts.js';

/** A status in a payload: the members that rules read, and others that must arrive unchanged. */
export interface Status {
  readonly id: string;
  readonly visibility: string;
  readonly account: { readonly id: string; readonly username: string; readonly acct: string };
  readonly [member: string]: unknown;
}

/**
 * A public status by this account, complete enough for every rule and every client.
 *
 * @param members replace or add to what it has: `{ language: 'fr', mentions: [mentionOf(account)] }`
 */
export function statusBy(author: Account, members: Readonly<Record<string, unknown>> = {}): Status {
  const id = newId();
  const host = author.domain ?? 'social.example';
  const uri = `https://${host}/users/${author.username}/statuses/${id}`;
  return {
    id,
    created_at: '2026-03-01T12:00:00.000Z',
    edited_at: null,
    in_reply_to_id: null,
    in_reply_to_account_id: null,
    sensitive: false,
    spoiler_text: '',
    visibility: 'public',
    language: 'en',
    uri,
    url: uri,
    replies_count: 0,
    reblogs_count: 0,
    favourites_count: 0,
    content: `<p>Hello from ${author.acct}</p>`,
    reblog: null,
    account: inPayload(author),
    media_attachments: [],
    mentions: [],
    tags: [],
    emojis: [],
    card: null,
    poll: null,
    ...members,
  };
}

/** A boost of a status, by this account. */
export function boostBy(booster: Account, boosted: Status): Status {
  return statusBy(booster, { reblog: boosted, content: boosted['content'] });
}

/** How an account stands in the `mentions` of a status. */
export function mentionOf({ id, username, acct }: Account): Readonly<Record<string, string>> {
  return { id, username, acct, url: `https://social.example/@${acct}` };
}

function inPayload({ id, username, acct }: Account) {
  return {
    id,
    username,
    acct,
    display_name: username,
    locked: false,
    bot: false,
    created_at: '2024-01-01T00:00:00.000Z',
    note: '<p></p>',
    url: `https://social.example/@${acct}`,
    avatar: 'https://social.example/avatar.png',
    avatar_static: 'https://social.example/avatar.png',
    header: 'https://social.example/header.png',
    header_static: 'https://social.example/header.png',
    followers_count: 0,
    following_count: 0,
    statuses_count: 1,
    emojis: [],
    fields: [],
  };
}
