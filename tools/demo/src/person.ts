import type { Draft } from './draft.js';
import type { Account, Mention } from './entities.js';

/** The domain of the demo's own server. Like all domains of the demo it can never exist (RFC 2606). */
export const localDomain = 'demo.example';

/** A person of the demo. */
export interface Person {
  readonly id: string;
  readonly username: string;
  /** The server they live on; `null` for the demo's own. */
  readonly domain: string | null;
  readonly displayName: string;
  /** Plain text. */
  readonly note: string;
  /** ISO 639-1 code of what they write in. */
  readonly language: string;
  readonly bot?: boolean;
  readonly drafts: readonly Draft[];
}

/** The base address of a person's server. */
export function serverOf(person: Person): string {
  return `https://${person.domain ?? localDomain}`;
}

/** The username, with the domain behind it for remote people. */
export function acctOf(person: Person): string {
  return person.domain === null ? person.username : `${person.username}@${person.domain}`;
}

/** How a status names a person. */
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
 * @param at the moment that it is shown, in milliseconds since 1970
 */
export function accountOf(person: Person, at: number): Account {
  const files = `https://files.${localDomain}/accounts`;
  const avatar = `${files}/avatars/${person.username}.png`;
  const header = `${files}/headers/${person.username}.png`;
  // Figures that differ between people and stay the same for one of them.
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
