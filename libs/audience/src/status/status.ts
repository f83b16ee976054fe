import type { StreamEvent } from '@fedistream/domain';
import { readAuthor, type Author } from './author.js';
import { asArray, asObject, type JsonObject } from './json.js';
import { hasDuplicateKeys } from './json-text.js';
import { findNestedStatuses, type NestedStatus } from './nested-statuses.js';
import { isRounded, readId } from './read-id.js';

/** The members of a Status that the rules need, read from its payload once per event. */
export interface Status {
  /** The payload itself. */
  readonly entity: JsonObject;
  /** As published; not necessarily one of Mastodon's values. */
  readonly visibility: string;
  /** The visibility of every status within, as published; `undefined` where one has none. */
  readonly nestedVisibilities: readonly unknown[];
  /** The boosted and quoted statuses within, at any depth. */
  readonly nested: readonly NestedStatus[];
  /** The author, and the authors of all statuses within; each once. */
  readonly authorIds: readonly string[];
  /** Whether the author has an account on this server. */
  readonly isLocal: boolean;
  /** The authors and the mentioned accounts; each once. */
  readonly accountIds: readonly string[];
  /** The domains of the remote authors in all spellings, each once, in lower case. */
  readonly domains: readonly string[];
  readonly language: string | null;
}

/** Longer than any language tag. */
const maxLanguageLength = 100;

/**
 * Reads a Status of Mastodon's API. Members that no rule needs may be absent, null or of another type.
 *
 * @returns `undefined` when the status cannot be decided about: the payload is no object or has a key twice; its visibility
 *   is unknown; an author (of it or of a status within it) has no usable id or `acct`; the id of a mentioned account was
 *   rounded by JSON; or something stands where a status belongs that is neither a status nor an id
 */
export function readStatus({ payload, text = '' }: Pick<StreamEvent, 'payload' | 'text'>): Status | undefined {
  const entity = asObject(payload);
  const visibility = entity?.['visibility'];
  if (!entity || typeof visibility !== 'string' || hasDuplicateKeys(text, entity)) {
    return undefined;
  }
  const mentionIds = readMentions(entity);
  const within = findNestedStatuses(entity);
  if (mentionIds === undefined || within === undefined) {
    return undefined;
  }
  const nested = [...within.found.map((one) => one.entity), ...within.elsewhere];
  const [author, ...others] = [entity, ...nested].map(({ account }) => readAuthor(account));
  if (author === undefined || !areKnown(others)) {
    return undefined;
  }
  const authors = [author, ...others];
  const authorIds = [...new Set(authors.map(({ id }) => id))];
  return {
    entity,
    visibility,
    nestedVisibilities: nested.map((one) => one['visibility']),
    nested: within.found,
    authorIds,
    isLocal: author.isLocal,
    accountIds: [...new Set([...authorIds, ...mentionIds])],
    domains: [...new Set(authors.flatMap(({ domains }) => domains))],
    language: readLanguage(entity['language']),
  };
}

function areKnown(authors: readonly (Author | undefined)[]): authors is readonly Author[] {
  return authors.every((author) => author !== undefined);
}

/** @returns `undefined` when JSON.parse has rounded the id of a mentioned account */
function readMentions(status: JsonObject): string[] | undefined {
  const ids = asArray(status['mentions']).map((mention) => asObject(mention)?.['id']);
  return ids.some(isRounded) ? undefined : ids.map(readId).filter((id) => id !== undefined);
}

/** PostgreSQL accepts no NUL, and no entry of `users.chosen_languages` is that long. */
function readLanguage(value: unknown): string | null {
  return typeof value === 'string' && value.length <= maxLanguageLength && !value.includes('\0') ? value : null;
}
