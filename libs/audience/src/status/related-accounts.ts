import { statusEvents, StreamEvent } from '@fedistream/domain';
import { readAuthor } from './author.js';
import { asObject } from './json.js';
import { hasDuplicateKeys } from './json-text.js';
import { readStatus } from './status.js';

/** The accounts of an event whose relationships with a viewer decide; the members mean what they mean in `AudienceQuery`. */
export interface RelatedAccounts {
  readonly authorIds: readonly string[];
  readonly accountIds: readonly string[];
  readonly domains: readonly string[];
}

/** Members that carry a status in events that are no status themselves: of a notification and of a conversation. */
const statusMembers = ['status', 'last_status'] as const;

/**
 * Reads the accounts of any event: of a status with those within it, of a notification, of a conversation.
 *
 * @returns `none` for an event that names no account and carries no status; `unreadable` when one of its statuses or its
 *   account cannot be read, so that nothing can be said about it
 */
export function readRelatedAccounts(event: StreamEvent): RelatedAccounts | 'none' | 'unreadable' {
  if (statusEvents.has(event.name)) {
    return readStatus(event) ?? 'unreadable';
  }
  const entity = asObject(event.payload);
  if (entity === undefined) {
    return 'none';
  }
  const members = statusMembers.filter((name) => isPresent(entity[name]));
  const statuses = members.flatMap((name) => readStatus(StreamEvent.of('update', entity[name])) ?? []);
  const account = isPresent(entity['account']) ? readAuthor(entity['account']) : null;
  if (members.length === 0 && account === null) {
    return 'none';
  }
  if (statuses.length < members.length || account === undefined || hasDuplicateKeys(event.text ?? '', entity)) {
    return 'unreadable';
  }
  const ids = account === null ? [] : [account.id];
  return {
    authorIds: [...new Set([...ids, ...statuses.flatMap(({ authorIds }) => authorIds)])],
    accountIds: [...new Set([...ids, ...statuses.flatMap(({ accountIds }) => accountIds)])],
    domains: [...new Set([...(account?.domains ?? []), ...statuses.flatMap(({ domains }) => domains)])],
  };
}

/** Notifications without a status have `null` for it; events of teams may have a `status` that is a text. */
function isPresent(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
