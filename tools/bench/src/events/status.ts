import { phrases } from './phrases.js';
import { stamp } from './stamp.js';
import type { Author } from '../database/authors.js';
import type { Random } from './random.js';

/** A status without its id and its stamp, which the publisher inserts. */
export type StatusTemplate = string;

const domain = 'social.example';
/** Between 2.5 and 4 KB, depending on the script: what a status with an ordinary text and profile has. */
const sentencesPerStatus = 5;

/** The properties of a status that decide which viewers receive it. */
export interface StatusTraits {
  readonly author: Author;
  readonly mentions: readonly Author[];
  readonly language: string;
}

/** A realistic public status of about 3 KB without media, the most frequent kind. */
export function statusTemplate({ author, mentions, language }: StatusTraits, random: Random): StatusTemplate {
  const sentences = Array.from({ length: sentencesPerStatus }, () => random.pick(phrases[language] ?? []));
  const greeting = mentions.map(mentionLink).join(' ');
  const page = `https://${author.domain ?? domain}/@${author.username}/${random.below(1e9)}`;
  const rest = {
    url: page,
    created_at: '2026-01-15T08:30:00.000Z',
    edited_at: null,
    in_reply_to_id: null,
    in_reply_to_account_id: null,
    sensitive: false,
    spoiler_text: '',
    visibility: 'public',
    language,
    replies_count: random.below(20),
    reblogs_count: random.below(200),
    favourites_count: random.below(500),
    quotes_count: 0,
    content: `<p>${greeting}${sentences.slice(0, 3).join(' ')}</p><p>${sentences.slice(3).join('<br />')}</p>`,
    reblog: null,
    application: author.domain === null ? { name: 'Web', website: null } : null,
    account: accountEntity(author, random),
    media_attachments: [],
    mentions: mentions.map(({ id, username, acct }) => ({ id, username, url: `https://${domain}/@${acct}`, acct })),
    tags: [],
    emojis: [],
    card: null,
    poll: null,
    quote: null,
    quote_approval: { automatic: ['public'], manual: [], current_user: 'unknown' },
  };
  return `",${JSON.stringify(rest).slice(1)}}`;
}

/** The message as the platform publishes it: `{"event":"update","payload":{...}}`, the stamp early in the payload. */
export function updateMessage(template: StatusTemplate, sequence: number, micros: number): string {
  const id = `111${sequence.toString().padStart(15, '0')}`;
  const uri = `https://${domain}/statuses/${stamp(sequence, micros)}`;
  return `{"event":"update","payload":{"id":"${id}","uri":"${uri}${template}`;
}

function mentionLink({ username, acct }: Author): string {
  const url = `https://${domain}/@${acct}`;
  return `<span class="h-card" translate="no"><a href="${url}" class="u-url mention">@<span>${username}</span></a></span> `;
}

function accountEntity({ id, username, acct, domain: home }: Author, random: Random): object {
  const page = `https://${home ?? domain}/@${username}`;
  const files = `https://files.${domain}/${home === null ? '' : 'cache/'}accounts`;
  const path = (id.match(/\d{3}/g) ?? []).join('/');
  return {
    id,
    username,
    acct,
    display_name: username.charAt(0).toUpperCase() + username.slice(1),
    locked: false,
    bot: false,
    discoverable: true,
    indexable: false,
    group: false,
    created_at: '2022-11-05T00:00:00.000Z',
    note: `<p>${random.pick(phrases['en'] ?? [])}</p>`,
    url: page,
    uri: `https://${home ?? domain}/users/${username}`,
    avatar: `${files}/avatars/${path}/original/4e1b7c2a90d3f586.png`,
    avatar_static: `${files}/avatars/${path}/original/4e1b7c2a90d3f586.png`,
    header: `${files}/headers/${path}/original/a1f09c7de2b45836.jpeg`,
    header_static: `${files}/headers/${path}/original/a1f09c7de2b45836.jpeg`,
    followers_count: random.below(3_000),
    following_count: random.below(900),
    statuses_count: random.below(20_000),
    last_status_at: '2026-01-15',
    hide_collections: false,
    noindex: false,
    emojis: [],
    roles: [],
    fields: [
      { name: 'Home', value: `<a href="${page}" rel="me nofollow noopener">${page}</a>`, verified_at: null },
      { name: 'Pronouns', value: 'they/them', verified_at: null },
    ],
  };
}
