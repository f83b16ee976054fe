import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { demoSteps } from './demo-messages.js';

/*
 * The shapes as https://docs.joinmastodon.org/entities/ has them. Written independently of the types that the demo is
 * made of, so that a slip there shows here.
 */
const id = z.string().regex(/^[1-9]\d{0,18}$/);
const time = z.iso.datetime();
const url = z.url();
const count = z.int().min(0);
const html = z.string().regex(/^(<p>.*<\/p>)?$/su);

const account = z.object({
  id,
  username: z.string().regex(/^\w+$/),
  acct: z.string().regex(/^\w+(@[\w.]+\.example)?$/),
  url,
  uri: url,
  display_name: z.string().min(1),
  note: html,
  avatar: url,
  avatar_static: url,
  header: url,
  header_static: url,
  locked: z.boolean(),
  bot: z.boolean(),
  group: z.boolean(),
  discoverable: z.boolean().nullable(),
  noindex: z.boolean().nullable(),
  created_at: time,
  last_status_at: z.iso.date().nullable(),
  statuses_count: count,
  followers_count: count,
  following_count: count,
  emojis: z.array(z.never()),
  fields: z.array(z.object({ name: z.string(), value: z.string(), verified_at: time.nullable() })),
});

const size = z.object({ width: count, height: count, size: z.string().regex(/^\d+x\d+$/), aspect: z.number() });
const picture = z.object({
  id,
  type: z.literal('image'),
  url,
  preview_url: url,
  remote_url: url.nullable(),
  meta: z.object({ original: size, small: size }),
  description: z.string().min(1),
  // One component: a digit for their number, one for the amplitude, four for the colour.
  blurhash: z.string().regex(/^0[\w#$%*+,\-.:;=?@[\]^{|}~]{5}$/),
});

const poll = z.object({
  id,
  expires_at: time,
  expired: z.boolean(),
  multiple: z.boolean(),
  votes_count: count,
  voters_count: count.nullable(),
  options: z.array(z.object({ title: z.string().min(1), votes_count: count.nullable() })).min(2),
  emojis: z.array(z.never()),
});

const plainStatus = z.object({
  id,
  uri: url,
  url,
  created_at: time,
  edited_at: time.nullable(),
  account,
  content: html,
  visibility: z.enum(['public', 'unlisted', 'private', 'direct']),
  sensitive: z.boolean(),
  spoiler_text: z.string(),
  media_attachments: z.array(picture),
  application: z.object({ name: z.string(), website: url.nullable() }).nullable(),
  mentions: z.array(account.pick({ id: true, username: true, acct: true, url: true })),
  tags: z.array(z.object({ name: z.string().min(1), url })),
  emojis: z.array(z.never()),
  reblogs_count: count,
  favourites_count: count,
  replies_count: count,
  in_reply_to_id: id.nullable(),
  in_reply_to_account_id: id.nullable(),
  poll: poll.nullable(),
  card: z.null(),
  language: z.string().regex(/^[a-z]{2}$/),
  quote: z.null(),
});
const status = plainStatus.extend({ reblog: plainStatus.nullable() });
/** The members that depend on the viewer must be absent from what all viewers receive. */
const publicStatus = status.extend({ favourited: z.never().optional(), filtered: z.never().optional() });
const readStatus = status.extend({
  favourited: z.boolean(),
  reblogged: z.boolean(),
  muted: z.boolean(),
  bookmarked: z.boolean(),
  filtered: z.array(z.never()),
});

const notification = z.object({
  id,
  type: z.enum(['mention', 'favourite', 'reblog', 'follow']),
  group_key: z.string().min(1),
  created_at: time,
  account,
  status: readStatus.optional(),
});
const conversation = z.object({
  id,
  unread: z.boolean(),
  accounts: z.array(account).min(1),
  last_status: readStatus.extend({ visibility: z.literal('direct') }),
});
const announcement = z.object({
  id,
  content: html,
  starts_at: time.nullable(),
  ends_at: time.nullable(),
  all_day: z.boolean(),
  published_at: time,
  updated_at: time,
  read: z.boolean(),
  mentions: z.array(z.never()),
  statuses: z.array(z.never()),
  tags: z.array(z.never()),
  emojis: z.array(z.never()),
  reactions: z.array(z.never()),
});
const reaction = z.object({ name: z.string().min(1), count, announcement_id: id });

const payloads: Readonly<Record<string, z.ZodType>> = {
  delete: id,
  notification,
  conversation,
  announcement,
  'announcement.reaction': reaction,
  'announcement.delete': id,
  filters_changed: z.undefined(),
};

describe('the entities of the demo', () => {
  const messages = demoSteps(200, 3, () => Date.UTC(2026, 4, 1, 12)).flat();

  it('have the members that the API documentation lists', () => {
    for (const { channel, message } of messages) {
      const shared = /^timeline:(public|hashtag)/.test(channel);
      const schema = payloads[message.event] ?? (shared ? publicStatus : readStatus);
      const { error } = schema.safeParse(message.payload);
      expect(error, `${message.event} on ${channel}: ${error?.message}`).toBeUndefined();
    }
  });

  it('use many languages and scripts', () => {
    const statuses = messages.map(({ message }) => plainStatus.safeParse(message.payload).data).filter((s) => s);
    expect(new Set(statuses.map((s) => s?.language)).size).toBeGreaterThanOrEqual(12);
    const text = statuses.map((s) => s?.content).join('');
    for (const script of ['Latin', 'Greek', 'Cyrillic', 'Han', 'Hiragana', 'Hangul', 'Devanagari', 'Thai', 'Arabic']) {
      expect(text).toMatch(new RegExp(`\\p{Script=${script}}`, 'u'));
    }
    expect(text).toMatch(/\p{Emoji_Presentation}/u);
  });

  it('include polls, pictures, content warnings and boosts', () => {
    const statuses = messages.map(({ message }) => status.safeParse(message.payload).data);
    expect(statuses.some((s) => s?.poll)).toBe(true);
    expect(statuses.some((s) => s?.media_attachments.length)).toBe(true);
    expect(statuses.some((s) => s?.spoiler_text && s.sensitive)).toBe(true);
    expect(statuses.some((s) => s?.reblog)).toBe(true);
  });
});
