import type { JsonObject } from '../status/json.js';

/** An Account with the members that rules read; `acct` as published: `name` or `name@domain`. */
export function accountOf(id: string, acct = `user${id}`): JsonObject {
  return { id, username: acct.replace(/@.*/, ''), acct };
}

/** A public Status of Mastodon's API; `changes` override its members. */
export function statusOf(changes: JsonObject = {}): JsonObject {
  return {
    id: '110000000000000001',
    visibility: 'public',
    language: 'en',
    spoiler_text: '',
    content: '<p>Hello</p>',
    account: accountOf('900'),
    mentions: [],
    media_attachments: [],
    poll: null,
    reblog: null,
    quote: null,
    ...changes,
  };
}
