import type { Account, Fixtures, Status } from '../support/index.js';

type Row = Readonly<Record<string, string>>;

interface FilterRow {
  readonly id: string;
  readonly account_id: string;
  readonly phrase: string;
  readonly context: readonly string[];
  readonly action: number;
  readonly expires: string | null;
  readonly keywords: readonly { readonly keyword: string; readonly whole_word: boolean }[] | null;
  readonly status_ids: readonly string[] | null;
}

const statusEvents = ['update', 'status.update'];

/**
 * Who may see an event, worked out the slow and obvious way: for one viewer and one event, straight from the rows of the
 * tables, with nothing of the server's. Expects whole statuses.
 */
export class Oracle {
  private constructor(
    private readonly shunned: readonly Row[],
    private readonly blocks: readonly Row[],
    private readonly domainBlocks: readonly Row[],
    private readonly languages: readonly { account_id: string; chosen_languages: string[] | null }[],
    private readonly opening: readonly Row[],
    private readonly closed: readonly Row[],
    private readonly filters: readonly FilterRow[],
  ) {}

  /** Reads the tables as they are now. */
  static async of(fixtures: Fixtures): Promise<Oracle> {
    const rows = async (text: string) => (await fixtures.sql(text)) as readonly never[];
    return new Oracle(
      await rows(`SELECT account_id, target_account_id FROM blocks UNION SELECT account_id, target_account_id FROM mutes
        WHERE expires_at IS NULL OR expires_at > now() AT TIME ZONE 'UTC'`),
      await rows('SELECT account_id, target_account_id FROM blocks'),
      await rows('SELECT account_id, domain FROM account_domain_blocks'),
      await rows('SELECT account_id, chosen_languages FROM users'),
      await rows(`SELECT account_id FROM users JOIN user_roles ON user_roles.id IN (role_id, -99)
        WHERE permissions & 1 > 0 OR permissions & 1048576 > 0`),
      await rows(`SELECT var FROM settings WHERE value LIKE '%disabled%'`),
      await rows(`SELECT id, account_id, phrase, context, action, extract(epoch FROM expires_at) AS expires,
          (SELECT json_agg(k ORDER BY id) FROM custom_filter_keywords k WHERE custom_filter_id = f.id) AS keywords,
          (SELECT array_agg(status_id::text) FROM custom_filter_statuses WHERE custom_filter_id = f.id) AS status_ids
        FROM custom_filters f ORDER BY id`),
    );
  }

  /** The payload that the viewer receives of this event; `undefined` when it is not for them. */
  due(viewer: Account, feed: 'live' | 'topic', event: string, payload: unknown): unknown {
    const isClosed = (half: string) => this.closed.some((row) => row['var'] === `${half}_${feed}_feed_access`);
    const opens = this.opening.some((row) => row['account_id'] === viewer.id);
    if (!statusEvents.includes(event)) {
      return isClosed('local') && isClosed('remote') && !opens ? undefined : payload;
    }
    const status = payload as Status;
    const { username, acct } = status.account;
    if (isClosed(username === acct ? 'local' : 'remote') && !opens) {
      return undefined;
    }
    return this.#mayTravel(status) && this.#speaks(viewer, status) && !this.#isApart(viewer, status)
      ? { filtered: this.#results(viewer, status), ...status }
      : undefined;
  }

  #mayTravel(status: Status): boolean {
    const within = embeddedIn(status).map(({ visibility }) => visibility);
    return status.visibility === 'public' && !within.includes('private') && !within.includes('direct');
  }

  #speaks(viewer: Account, status: Status): boolean {
    const chosen = this.languages.find((row) => row.account_id === viewer.id)?.chosen_languages ?? [];
    return chosen.length === 0 || chosen.includes(String(status['language']));
  }

  #isApart(viewer: Account, status: Status): boolean {
    const authors = [status, ...embeddedIn(status)].map(({ account }) => account);
    const mentioned = status['mentions'] as readonly { readonly id: string }[];
    const concerned = [...authors, ...mentioned].map(({ id }) => id);
    return (
      concerned.some((id) => has(this.shunned, viewer.id, id)) ||
      authors.some(({ id }) => has(this.blocks, id, viewer.id)) ||
      authors.some(({ acct }) =>
        this.domainBlocks.some((row) => row['account_id'] === viewer.id && acct.endsWith(`@${String(row['domain'])}`)),
      )
    );
  }

  #results(viewer: Account, status: Status): unknown[] {
    const shown = (status['reblog'] as Status | null) ?? status;
    const text = textOf(shown);
    const ids = [status.id, ...(shown === status ? [] : [shown.id])];
    return this.filters
      .filter((filter) => filter.account_id === viewer.id)
      .filter(({ expires }) => expires === null || Number(expires) * 1_000 > Date.now())
      .flatMap(({ id, phrase, context, action, expires, keywords, status_ids: named }) => {
        const match = leftmost(text, keywords ?? []);
        const matching = ids.filter((one) => named?.includes(one));
        if (match === undefined && matching.length === 0) {
          return [];
        }
        const result = {
          filter: {
            id,
            title: phrase,
            context,
            expires_at: expires === null ? null : new Date(Number(expires) * 1_000).toISOString(),
            filter_action: ['warn', 'hide', 'blur'][action],
          },
          keyword_matches: match === undefined ? null : [match],
          status_matches: matching.length === 0 ? null : matching,
        };
        return [result];
      });
  }
}

function has(rows: readonly Row[], account: string, target: string): boolean {
  return rows.some((row) => row['account_id'] === account && row['target_account_id'] === target);
}

/** What a status boosts and quotes, and what that boosts and quotes. */
function embeddedIn(status: Status): Status[] {
  const { reblog, quote } = status as unknown as Embedding;
  return [reblog, quote?.quoted_status].flatMap((one) => (one ? [one, ...embeddedIn(one)] : []));
}

interface Embedding {
  readonly reblog: Status | null;
  readonly quote?: { readonly quoted_status: Status | null } | null;
}

interface Texts {
  readonly spoiler_text: string;
  readonly content: string;
  readonly poll: { readonly options: readonly { readonly title: string }[] } | null;
  readonly media_attachments: readonly { readonly description: string | null }[];
}

/** Enough for the HTML that is published here. */
function textOf(status: Status): string {
  const { spoiler_text: spoiler, content, poll, media_attachments: media } = status as unknown as Texts;
  const plain = content
    .replaceAll('<br>', '\n')
    .replaceAll('</p><p>', '\n\n')
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&');
  const others = [...(poll?.options ?? []).map(({ title }) => title), ...media.map(({ description }) => description)];
  return [spoiler, plain, ...others].filter((part) => part).join('\n\n');
}

/** Every keyword at every place. */
function leftmost(text: string, keywords: NonNullable<FilterRow['keywords']>): string | undefined {
  for (let place = 0; place < text.length; place++) {
    for (const { keyword, whole_word: wholeWord } of keywords) {
      const found = text.slice(place, place + keyword.length);
      if (
        found.toLowerCase() === keyword.toLowerCase() &&
        !(wholeWord && (goesOn(text[place - 1], found[0]) || goesOn(found.at(-1), text[place + keyword.length])))
      ) {
        return found;
      }
    }
  }
  return undefined;
}

/** Whether two characters side by side belong to one word. */
function goesOn(one: string | undefined, next: string | undefined): boolean {
  return [one, next].every((character) => character !== undefined && /[\p{L}\p{M}\p{Nd}_]/u.test(character));
}
