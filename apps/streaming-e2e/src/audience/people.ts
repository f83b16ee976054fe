import { newId, type Account, type Fixtures, type Viewer } from '../support/index.js';

/** The people of one case, whom no other case knows. */
export interface People {
  /** Listens; the one in question. */
  readonly eve: Viewer;
  /** Listens, too, and has nothing to do with anybody. */
  readonly finn: Viewer;
  /** Writes, here. */
  readonly alice: Account;
  /** Writes, on a server of his own. */
  readonly bob: Account;
  /** Somebody else from here, to be mentioned. */
  readonly carol: Account;
}

/** Those of a people who listen. */
export type ViewerName = 'eve' | 'finn';

/** Brings new people into the tables. */
export async function newPeople(fixtures: Fixtures): Promise<People> {
  return {
    eve: await fixtures.viewer(),
    finn: await fixtures.viewer(),
    alice: await fixtures.account(),
    bob: await fixtures.account({ domain: `host${newId()}.example` }),
    carol: await fixtures.account(),
  };
}

/** The domain of somebody from elsewhere. */
export function domainOf({ domain }: Account): string {
  if (domain === undefined) {
    throw new Error('only people from elsewhere have a domain');
  }
  return domain;
}

/** Gives a viewer a role of their own with these permissions. */
export async function giveRole(fixtures: Fixtures, { user }: Viewer, permissions: bigint): Promise<void> {
  await fixtures.sql('UPDATE users SET role_id = $1 WHERE id = $2', [await fixtures.role(permissions), user.id]);
}

/** Sets the languages that a viewer wants to see; `null` for all. */
export async function chooseLanguages(
  fixtures: Fixtures,
  { user }: Viewer,
  languages: readonly string[] | null,
): Promise<void> {
  await fixtures.sql('UPDATE users SET chosen_languages = $1 WHERE id = $2', [languages, user.id]);
}

/** Bits of `user_roles.permissions` that open closed feeds. */
export const permissions = { administrator: 1n << 0n, viewFeeds: 1n << 20n } as const;

/** The id of the role that everybody has besides their own. */
export const everyonesRole = '-99';

/** The value of a feed access setting that closes the feed, as the platform writes it. */
export const disabled = '--- disabled\n';
