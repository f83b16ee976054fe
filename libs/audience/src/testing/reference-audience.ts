import type { ClosedBy } from '../rules/rule.js';
import type { AudienceTables } from './audience-tables.js';
import { referenceFilterResults } from './reference-filters.js';
import { hasChosenOtherLanguage, isHiddenFrom, mayViewClosedFeeds } from './reference-rules.js';

/** A Status with the members that Mastodon publishes. */
export interface ReferenceStatus {
  readonly id: string;
  readonly visibility: string;
  readonly language: string | null;
  readonly account: { readonly id: string; readonly username: string; readonly acct: string };
  readonly mentions: readonly { readonly id: string }[];
  readonly spoiler_text: string;
  readonly content: string;
  readonly poll: { readonly options: readonly { readonly title: string }[] } | null;
  readonly media_attachments: readonly { readonly description: string | null }[];
  readonly reblog: ReferenceStatus | null;
  readonly quote?: { readonly quoted_status: ReferenceStatus | null } | null;
}

/**
 * Decides about one event for one viewer, directly from the tables and with none of the code under test. Statuses MUST
 * have all members of {@link ReferenceStatus}.
 *
 * @returns the payload that the viewer receives; `undefined` when the viewer receives nothing
 */
export function referenceAudience(
  tables: AudienceTables,
  closedBy: ClosedBy | undefined,
  viewerId: string,
  event: { readonly name: string; readonly payload: unknown },
): unknown {
  const feed = closedBy === 'live-feeds' ? 'live' : 'topic';
  const isClosed = (half: 'local' | 'remote') =>
    closedBy !== undefined && /\bdisabled\b/.test(tables.settings.get(`${half}_${feed}_feed_access`) ?? '');
  const opens = mayViewClosedFeeds(tables, viewerId);
  if (event.name !== 'update' && event.name !== 'status.update') {
    return isClosed('local') && isClosed('remote') && !opens ? undefined : event.payload;
  }
  const status = event.payload as ReferenceStatus;
  const nested = nestedIn(status);
  if (status.visibility !== 'public' || !nested.every(({ visibility }) => /^(public|unlisted)$/.test(visibility))) {
    return undefined;
  }
  if (isClosed(status.account.username === status.account.acct ? 'local' : 'remote') && !opens) {
    return undefined;
  }
  const authors = [status, ...nested].map(({ account }) => account);
  const subject = {
    authorIds: authors.map(({ id }) => id),
    accountIds: [...authors, ...status.mentions].map(({ id }) => id),
    domains: authors.map(({ acct }) => acct.replace(/^[^@]*@?/, '')),
  };
  return hasChosenOtherLanguage(tables, viewerId, status.language) || isHiddenFrom(tables, viewerId, subject)
    ? undefined
    : 'filtered' in status
      ? status
      : withResults(tables, viewerId, status);
}

function nestedIn({ reblog, quote }: ReferenceStatus): ReferenceStatus[] {
  return [reblog, quote?.quoted_status].flatMap((one) => (one ? [one, ...nestedIn(one)] : []));
}

/** A boost and the boosted status have the same results, a quoted status has its own. */
function withResults(
  tables: AudienceTables,
  viewerId: string,
  status: ReferenceStatus,
  ofBoost?: unknown,
): ReferenceStatus {
  const results = ofBoost ?? referenceFilterResults(tables, viewerId, status, status.reblog);
  const { reblog, quote } = status;
  return {
    ...status,
    reblog: reblog && withResults(tables, viewerId, reblog, results),
    ...(quote && {
      quote: { ...quote, quoted_status: quote.quoted_status && withResults(tables, viewerId, quote.quoted_status) },
    }),
    ...('filtered' in status ? {} : { filtered: results }),
  };
}
