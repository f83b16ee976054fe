import { statusBy, type Fixtures } from '../support/index.js';
import { newPeople, type People, type ViewerName } from './people.js';

/** One rule, one way: what is in the tables, what is published, and who receives it. */
export interface AudienceCase {
  readonly it: string;
  /** The payload of `update` and `status.update`; a public status by Alice when absent. */
  readonly payload?: (people: People) => unknown;
  /** Adds what the rule looks at. */
  readonly given?: (fixtures: Fixtures, people: People, payload: unknown) => Promise<unknown>;
  /** The feed that it is published to; `live` when absent. */
  readonly feed?: Feed;
  readonly seenBy: readonly ViewerName[];
  /** What `filtered` tells Eve; nothing when absent. Finn has no filters. */
  readonly filtered?: readonly unknown[];
}

/** A kind of filtered stream: each has feed access settings of its own. */
export type Feed = keyof typeof feeds;

/** One stream of each kind. */
export const feeds = {
  live: { stream: 'public', params: {}, channel: 'timeline:public' },
  topic: { stream: 'hashtag', params: { tag: 'cats' }, channel: 'timeline:hashtag:cats' },
} as const;

/** A case whose people are in the tables. */
export interface PreparedCase {
  readonly people: People;
  readonly payload: unknown;
}

/** Puts a case into the tables. */
export async function prepare({ payload, given }: AudienceCase, fixtures: Fixtures): Promise<PreparedCase> {
  const people = await newPeople(fixtures);
  const published = payload ? payload(people) : statusBy(people.alice);
  await given?.(fixtures, people, published);
  return { people, payload: published };
}

/** What a viewer is to receive of a case: the payload, with `filtered` unless the publisher has already put it there. */
export function due({ seenBy, filtered = [] }: AudienceCase, payload: unknown, viewer: ViewerName): unknown[] {
  if (!seenBy.includes(viewer)) {
    return [];
  }
  const status: unknown = typeof payload === 'string' ? JSON.parse(payload) : payload;
  return [{ filtered: viewer === 'eve' ? filtered : [], ...(status as object) }];
}
