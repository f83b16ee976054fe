import { domainToASCII } from 'node:url';
import punycode from 'punycode.js';
import { isRounded, readId } from './read-id.js';

/** A JSON object whose members nobody has looked at yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** What the rules need to know of a Status, read out of its payload once per event. */
export interface Status {
  /** The payload itself. */
  readonly entity: JsonObject;
  /** The boosted status, or the payload itself when it boosts none: what is shown, and what filters search. */
  readonly proper: JsonObject;
  /** As published; only text is known here, not that it is one of the documented words. */
  readonly visibility: string;
  /** The visibility of the boosted and quoted statuses, where they tell one. */
  readonly embeddedVisibilities: readonly unknown[];
  /** The author, and those of the boosted and quoted statuses; each once. */
  readonly authorIds: readonly string[];
  /** Written on this server. */
  readonly isLocal: boolean;
  /** The authors, and all who are mentioned; each once. */
  readonly accountIds: readonly string[];
  /** The domains of the authors that are remote, each once, in lower case. */
  readonly domains: readonly string[];
  readonly language: string | null;
  /** Its own id and that of the status it boosts, as far as they have one. */
  readonly statusIds: readonly string[];
}

/** Boosts of quotes of quotes end somewhere; the platform publishes two levels. */
const deepest = 8;
/** Longer than any language tag. */
const longestLanguage = 100;

interface Gathered {
  readonly authorIds: Set<string>;
  readonly domains: Set<string>;
  readonly visibilities: unknown[];
}

/**
 * Reads a Status of Mastodon's API, tolerating whatever is absent, null or of another kind: what is there is used.
 *
 * @returns `undefined` when nobody can decide about it: it is no object, its visibility is unknown, an author (its own
 *   or that of a boosted or quoted status within it) has no usable id or no `acct` to tell the domain, the id of a
 *   mentioned account has lost its last digits, or something else stands where a status is boosted or quoted
 */
export function readStatus(payload: unknown): Status | undefined {
  const entity = asObject(payload);
  const visibility = entity?.['visibility'];
  if (!entity || typeof visibility !== 'string') {
    return undefined;
  }
  const gathered: Gathered = { authorIds: new Set(), domains: new Set(), visibilities: [] };
  const mentions = readMentions(entity);
  if (mentions === undefined || !gatherAuthors(entity, gathered, 0)) {
    return undefined;
  }
  const boosted = asObject(entity['reblog']);
  return {
    entity,
    proper: boosted ?? entity,
    visibility,
    embeddedVisibilities: gathered.visibilities,
    authorIds: [...gathered.authorIds],
    isLocal: isLocal(entity),
    accountIds: [...new Set([...gathered.authorIds, ...mentions])],
    domains: [...gathered.domains],
    language: readLanguage(entity['language']),
    statusIds: [entity['id'], boosted?.['id']].map(readId).filter((id) => id !== undefined),
  };
}

/**
 * Whether a payload is a status, or boosts or quotes one, whatever the event is called that carries it: a stream may rename
 * events, and a private status must not become public by its event's name. A status has an author; what merely has members
 * of these names is something else.
 */
export function resemblesStatus(payload: unknown): boolean {
  const entity = asObject(payload);
  if (entity === undefined) {
    return false;
  }
  const shown = [entity['reblog'], quotedIn(entity)].flat();
  return ('visibility' in entity && hasAuthor(entity)) || shown.some(hasAuthor);
}

function hasAuthor(value: unknown): boolean {
  return asObject(asObject(value)?.['account']) !== undefined;
}

function isThere(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** The value as an object; `undefined` for everything else, arrays included. */
export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** The value's elements; none when it is no array. */
export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** @returns whether the authors are known, this one and those within */
function gatherAuthors(status: JsonObject, gathered: Gathered, depth: number): boolean {
  const account = asObject(status['account']);
  const id = readId(account?.['id']);
  const acct = account?.['acct'];
  if (id === undefined || typeof acct !== 'string' || acct === '' || acct.includes('\0') || depth > deepest) {
    return false;
  }
  gathered.authorIds.add(id);
  gatherDomain(acct, gathered.domains);
  return [status['reblog'], quotedIn(status)].every((embedded) => {
    if (!isThere(embedded)) {
      // An id at the most, which shows nothing of anybody.
      return true;
    }
    const inner = asObject(embedded);
    gathered.visibilities.push(inner?.['visibility']);
    return inner !== undefined && gatherAuthors(inner, gathered, depth + 1);
  });
}

/** The quoted status: within a Quote, or in its place, where some publishers put it. */
function quotedIn(status: JsonObject): unknown {
  const quote = asObject(status['quote']);
  return quote === undefined || 'account' in quote ? status['quote'] : quote['quoted_status'];
}

/**
 * The API shows internationalised domains in Unicode, the database keeps them in ASCII. The way back is Punycode alone: what
 * was decoded need not be a name that IDNA would take (UTS 46), such as emoji and whatever stands before a port. What IDNA
 * makes of it counts as well.
 */
function gatherDomain(acct: string, domains: Set<string>): void {
  const at = acct.indexOf('@');
  if (at < 0) {
    return;
  }
  const domain = acct.slice(at + 1).toLowerCase();
  for (const written of [domain, punycode.toASCII(domain), domainToASCII(domain)]) {
    if (written !== '') {
      domains.add(written);
    }
  }
}

/** @returns `undefined` when somebody is mentioned, and nobody can tell any more who it is */
function readMentions(status: JsonObject): string[] | undefined {
  const ids = asArray(status['mentions']).map((mention) => asObject(mention)?.['id']);
  return ids.some(isRounded) ? undefined : ids.map(readId).filter((id) => id !== undefined);
}

function isLocal(status: JsonObject): boolean {
  const account = asObject(status['account']);
  const acct = account?.['acct'];
  const username = account?.['username'];
  return typeof username === 'string' ? username === acct : typeof acct === 'string' && !acct.includes('@');
}

/** PostgreSQL takes no NUL, and nobody has chosen a language that is not one. */
function readLanguage(value: unknown): string | null {
  return typeof value === 'string' && value.length <= longestLanguage && !value.includes('\0') ? value : null;
}
