import { statusBy, type Fixtures } from '../support/index.js';
import { newPeople, type People, type ViewerName } from './people.js';

/** One rule and its expected result: the rows, the published payload, and the viewers that receive it. */
export interface AudienceCase {
  readonly it: string;
  /** The payload of `update` and `status.update`; a public status by Alice when absent. */
  readonly payload?: (people: People) => unknown;
  /** Adds the rows that the rule reads. */
  readonly given?: (fixtures: Fixtures, people: People, payload: unknown) => Promise<unknown>;
  /** The kind of stream on which it is published; `live` when absent. */
  readonly feed?: Feed;
  readonly seenBy: readonly ViewerName[];
  /** The filter results that Eve receives; none when absent. Finn has no filters. */
  readonly filtered?: readonly unknown[];
  /** The filter results of the quoted status, which has its own; none when absent. */
  readonly quotedFiltered?: readonly unknown[];
}

/** A kind of filtered stream. Each kind has its own feed access settings. */
export type Feed = keyof typeof feeds;

/** One stream of each kind. */
export const feeds = {
  live: { stream: 'public', params: {}, channel: 'timeline:public' },
  topic: { stream: 'hashtag', params: { tag: 'cats' }, channel: 'timeline:hashtag:cats' },
} as const;

/** A case whose rows are in the tables. */
export interface PreparedCase {
  readonly people: People;
  readonly payload: unknown;
}

/** Inserts the rows of a case. */
export async function prepare({ payload, given }: AudienceCase, fixtures: Fixtures): Promise<PreparedCase> {
  const people = await newPeople(fixtures);
  const published = payload ? payload(people) : statusBy(people.alice);
  await given?.(fixtures, people, published);
  return { people, payload: published };
}

/** The payloads that a viewer must receive: the published one, with `filtered` unless the publisher has added it. */
export function due(audienceCase: AudienceCase, payload: unknown, viewer: ViewerName): unknown[] {
  const { seenBy, filtered = [], quotedFiltered = [] } = audienceCase;
  if (!seenBy.includes(viewer)) {
    return [];
  }
  const status = (typeof payload === 'string' ? JSON.parse(payload) : payload) as PublishedStatus;
  return [viewer === 'eve' ? withResults(status, filtered, quotedFiltered) : withResults(status, [], [])];
}

interface PublishedStatus {
  readonly reblog?: PublishedStatus | null;
  readonly quote?: { readonly quoted_status?: PublishedStatus | null } | string | null;
}

/** A boost and its boosted status have the same results; a quoted status has its own. */
function withResults(status: PublishedStatus, own: readonly unknown[], quoted: readonly unknown[]): object {
  const { reblog, quote } = status;
  const quotedStatus = typeof quote === 'object' ? quote?.quoted_status : undefined;
  return {
    filtered: own,
    ...status,
    ...(reblog ? { reblog: withResults(reblog, own, quoted) } : {}),
    ...(quotedStatus
      ? { quote: { ...(quote as object), quoted_status: withResults(quotedStatus, quoted, quoted) } }
      : {}),
  };
}
