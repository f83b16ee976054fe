import type { Draft } from './draft.js';
import type { Account, Mention } from './entities.js';

/** The domain of the demo's own server. All domains of the demo are reserved (RFC 2606). */
export const localDomain = 'demo.example';

/** An account of the demo. */
export interface Person {
  readonly id: string;
  readonly username: string;
  /** The account's server; `null` for the demo's own. */
  readonly domain: string | null;
  readonly displayName: string;
  /** Plain text. */
  readonly note: string;
  /** The ISO 639-1 code of the language of the texts. */
  readonly language: string;
  readonly bot?: boolean;
  readonly drafts: readonly Draft[];
}

/** The base address of a person's server. */
export function serverOf(person: Person): string {
  return `https://${person.domain ?? localDomain}`;
}

/** The username, followed by the domain for remote accounts. */
export function acctOf(person: Person): string {
  return person.domain === null ? person.username : `${person.username}@${person.domain}`;
}

/** A person as an element of a status's `mentions`. */
export function mentionOf(person: Person): Mention {
  return {
    id: person.id,
    username: person.username,
    acct: acctOf(person),
    url: `${serverOf(person)}/@${person.username}`,
  };
}

/**
 * A person's profile as the API shows it.
 *
 * @param at when it is shown, in ms since 1970
 */
export function accountOf(person: Person, at: number): Account {
  const files = `https://files.${localDomain}/accounts`;
  const avatar = `${files}/avatars/${person.username}.png`;
  const header = `${files}/headers/${person.username}.png`;
  // Counts that differ between accounts and are constant for each.
  const size = Number(BigInt(person.id) % 97n) + 3;
  return {
    ...mentionOf(person),
    uri: `${serverOf(person)}/users/${person.username}`,
    display_name: person.displayName,
    note: `<p>${person.note}</p>`,
    avatar,
    avatar_static: avatar,
    header,
    header_static: header,
    locked: false,
    bot: person.bot ?? false,
    group: false,
    discoverable: true,
    noindex: false,
    created_at: '2024-03-01T00:00:00.000Z',
    last_status_at: new Date(at).toISOString().slice(0, 10),
    statuses_count: size * 113,
    followers_count: size * 17,
    following_count: size * 11,
    hide_collections: false,
    emojis: [],
    fields: [],
    roles: [],
  };
}
