import type { JsonObject } from '../status/status.js';
import { everyoneRoleId, permissions, type AudienceTables, type UserRow } from './audience-tables.js';
import type { ClosedBy } from '../rules/rule.js';

/**
 * Who may see an event, decided the slow and obvious way: for one viewer, one event, straight from the tables, without
 * the code under test. Expects whole statuses of published shape.
 *
 * @returns the payload that the viewer receives; `undefined` when they receive nothing
 */
export function referenceAudience(
  tables: AudienceTables,
  closedBy: ClosedBy | undefined,
  viewerId: string,
  event: { readonly name: string; readonly payload: unknown },
): unknown {
  const user = tables.users.find(({ accountId }) => accountId === viewerId);
  const setting = (half: 'local' | 'remote') =>
    tables.settings.get(`${half}_${closedBy === 'live-feeds' ? 'live' : 'topic'}_feed_access`) ?? '';
  const isClosed = (half: 'local' | 'remote') => closedBy !== undefined && /\bdisabled\b/.test(setting(half));
  if (event.name !== 'update' && event.name !== 'status.update') {
    return isClosed('local') && isClosed('remote') && !opensFeeds(tables, user) ? undefined : event.payload;
  }
  const status = event.payload as Shape;
  const embedded = [status.reblog, status.quote?.quoted_status].filter((one) => one != null);
  if (status.visibility !== 'public' || embedded.some(({ visibility }) => /private|direct/.test(visibility))) {
    return undefined;
  }
  if (isClosed(status.account.username === status.account.acct ? 'local' : 'remote') && !opensFeeds(tables, user)) {
    return undefined;
  }
  if (user?.chosenLanguages?.length && !user.chosenLanguages.includes(status.language ?? '')) {
    return undefined;
  }
  const authors = [status, ...embedded].map(({ account }) => account);
  if (
    authors.some(({ acct }) =>
      tables.domainBlocks.some((row) => row.accountId === viewerId && acct.endsWith('@' + row.domain)),
    )
  ) {
    return undefined;
  }
  const blockers = tables.blocks.filter((row) => row.targetAccountId === viewerId).map((row) => row.accountId);
  if (authors.some(({ id }) => blockers.includes(id))) {
    return undefined;
  }
  const shunned = [
    ...tables.blocks,
    ...tables.mutes.filter(({ expiresAt }) => expiresAt === null || expiresAt > Date.now()),
  ].flatMap((row) => (row.accountId === viewerId ? [row.targetAccountId] : []));
  if ([...authors, ...status.mentions].some(({ id }) => shunned.includes(id))) {
    return undefined;
  }
  return 'filtered' in status ? status : { ...status, filtered: naiveFilterResults(tables, viewerId, status) };
}

interface Shape {
  readonly id: string;
  readonly visibility: string;
  readonly language: string | null;
  readonly account: { readonly id: string; readonly username: string; readonly acct: string };
  readonly mentions: readonly { readonly id: string }[];
  readonly spoiler_text: string;
  readonly content: string;
  readonly poll: { readonly options: readonly { readonly title: string }[] } | null;
  readonly media_attachments: readonly { readonly description: string | null }[];
  readonly reblog: Shape | null;
  readonly quote: { readonly quoted_status: Shape | null } | null;
}

function opensFeeds(tables: AudienceTables, user: UserRow | undefined): boolean {
  return tables.roles.some(
    ({ id, permissions: bits }) =>
      (id === user?.roleId || id === everyoneRoleId) &&
      ((bits & permissions.administrator) !== 0n || (bits & permissions.viewFeeds) !== 0n),
  );
}

function naiveFilterResults(tables: AudienceTables, viewerId: string, status: Shape): JsonObject[] {
  const text = naiveText(status.reblog ?? status);
  return tables.filters.flatMap((filter) => {
    if (filter.accountId !== viewerId || (filter.expiresAt !== null && filter.expiresAt <= Date.now())) {
      return [];
    }
    const alternatives = filter.keywords.map(({ keyword, wholeWord }) => naivePattern(keyword, wholeWord)).join('|');
    const match = alternatives === '' ? null : new RegExp(alternatives, 'iu').exec(text);
    const ids = [status.id, status.reblog?.id].filter((id) => id !== undefined && filter.statusIds.includes(id));
    if (match === null && ids.length === 0) {
      return [];
    }
    const { id, title, context, expiresAt, action } = filter;
    const expires = expiresAt === null ? null : new Date(expiresAt).toISOString();
    return [
      {
        filter: { id, title, context, expires_at: expires, filter_action: action },
        keyword_matches: match && [match[0]],
        status_matches: ids.length === 0 ? null : ids,
      },
    ];
  });
}

function naivePattern(keyword: string, wholeWord: boolean): string {
  const letter = String.raw`[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]`;
  const characters = Array.from(keyword, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
  const isWord = (character = '') => wholeWord && new RegExp(letter, 'u').test(character);
  const before = isWord(Array.from(keyword).at(0)) ? `(?<!${letter})` : '';
  const after = isWord(Array.from(keyword).at(-1)) ? `(?!${letter})` : '';
  return before + characters.join('') + after;
}

/** Enough for the HTML that tests write. */
function naiveText({ spoiler_text: spoiler, content, poll, media_attachments: media }: Shape): string {
  const plain = content
    .replace(/<br ?\/?>/g, '\n')
    .replace(/<\/p><p>/g, '\n\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');
  const others = [...(poll?.options ?? []).map(({ title }) => title), ...media.map(({ description }) => description)];
  return [spoiler, plain, ...others].filter((part) => part).join('\n\n');
}
