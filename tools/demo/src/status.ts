import { draftHtml } from './draft-html.js';
import { demoUser, writers } from './people.js';
import { accountOf, localDomain, serverOf, type Person } from './person.js';
import type { Draft } from './draft.js';
import type { Dimensions, MediaAttachment, Poll, ReadStatus, Status } from './entities.js';

/** The values of a status that its draft lacks. */
export interface StatusContext {
  readonly id: string;
  /** When it is published, in ms since 1970. */
  readonly at: number;
  readonly visibility?: Status['visibility'];
}

const known = [demoUser, ...writers];
const pollDays = 3;
const millisecondsPerDay = 86_400_000;

/** The status that this author publishes from a draft. */
export function statusOf(author: Person, draft: Draft, { id, at, visibility = 'public' }: StatusContext): Status {
  const { content, tags, mentions } = draftHtml(draft.text, known);
  return {
    id,
    created_at: new Date(at).toISOString(),
    edited_at: null,
    in_reply_to_id: null,
    in_reply_to_account_id: null,
    sensitive: draft.warning !== undefined,
    spoiler_text: draft.warning ?? '',
    visibility,
    language: author.language,
    uri: `${serverOf(author)}/users/${author.username}/statuses/${id}`,
    url: `${serverOf(author)}/@${author.username}/${id}`,
    replies_count: 0,
    reblogs_count: 0,
    favourites_count: 0,
    quotes_count: 0,
    content,
    reblog: null,
    quote: null,
    application: author.domain === null ? { name: 'Web', website: null } : null,
    account: accountOf(author, at),
    media_attachments: draft.picture === undefined ? [] : [pictureOf(id, draft.picture, author)],
    mentions,
    tags,
    emojis: [],
    card: null,
    poll: draft.poll ? pollOf(id, draft.poll, at) : null,
  };
}

/**
 * A status after its author has appended a note.
 *
 * @param at when, in milliseconds since 1970
 */
export function edited(status: Status, note: string, at: number): Status {
  return {
    ...status,
    edited_at: new Date(at).toISOString(),
    content: `${status.content}${draftHtml(note, known).content}`,
    favourites_count: status.favourites_count + 3,
  };
}

/** A boost of a status. */
export function boostOf(booster: Person, status: Status, { id, at }: StatusContext): Status {
  const empty = statusOf(booster, { text: '' }, { id, at });
  const uri = `${serverOf(booster)}/users/${booster.username}/statuses/${id}/activity`;
  return {
    ...empty,
    content: status.content,
    language: status.language,
    uri,
    url: uri,
    application: null,
    reblog: { ...status, reblogs_count: status.reblogs_count + 1 },
  };
}

/** A status as a viewer receives it that has not interacted with it. */
export function readBy(status: Status): ReadStatus {
  return { ...status, favourited: false, reblogged: false, muted: false, bookmarked: false, filtered: [] };
}

function pictureOf(statusId: string, description: string, author: Person): MediaAttachment {
  const id = String(BigInt(statusId) - 1n);
  const file = `media/${id}.jpg`;
  const remote = author.domain === null ? null : `${serverOf(author)}/${file}`;
  return {
    id,
    type: 'image',
    url: `https://files.${localDomain}/${file}`,
    preview_url: `https://files.${localDomain}/small/${file}`,
    remote_url: remote,
    preview_remote_url: null,
    text_url: null,
    meta: { original: dimensions(1600, 1200), small: dimensions(640, 480) },
    description,
    // A plain warm grey, as one pixel.
    blurhash: '00K-LE',
  };
}

function dimensions(width: number, height: number): Dimensions {
  return { width, height, size: `${width}x${height}`, aspect: width / height };
}

function pollOf(statusId: string, choices: readonly string[], at: number): Poll {
  return {
    id: statusId,
    expires_at: new Date(at + pollDays * millisecondsPerDay).toISOString(),
    expired: false,
    multiple: false,
    votes_count: 0,
    voters_count: 0,
    options: choices.map((title) => ({ title, votes_count: 0 })),
    emojis: [],
  };
}
