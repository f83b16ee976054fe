import { newId, type Account, type Fixtures, type Viewer } from '../support/index.js';

/** The accounts of one case. No other case uses them. */
export interface People {
  /** The viewer under test. */
  readonly eve: Viewer;
  /** A viewer without any relationship: the control. */
  readonly finn: Viewer;
  /** A local author. */
  readonly alice: Account;
  /** A remote author, alone on their domain. */
  readonly bob: Account;
  /** A local account, for mentions. */
  readonly carol: Account;
}

/** The accounts that open streams. */
export type ViewerName = 'eve' | 'finn';

/** Inserts the accounts of a case. */
export async function newPeople(fixtures: Fixtures): Promise<People> {
  return {
    eve: await fixtures.viewer(),
    finn: await fixtures.viewer(),
    alice: await fixtures.account(),
    bob: await fixtures.account({ domain: `host${newId()}.example` }),
    carol: await fixtures.account(),
  };
}

/** The domain of a remote account. @throws Error for a local one */
export function domainOf({ domain }: Account): string {
  if (domain === undefined) {
    throw new Error('local accounts have no domain');
  }
  return domain;
}

/** Gives a viewer a role of their own with these permissions. */
export async function giveRole(fixtures: Fixtures, { user }: Viewer, permissions: bigint): Promise<void> {
  await fixtures.sql('UPDATE users SET role_id = $1 WHERE id = $2', [await fixtures.role(permissions), user.id]);
}

/** Sets the viewer's chosen languages; `null` for all. */
export async function chooseLanguages(
  fixtures: Fixtures,
  { user }: Viewer,
  languages: readonly string[] | null,
): Promise<void> {
  await fixtures.sql('UPDATE users SET chosen_languages = $1 WHERE id = $2', [languages, user.id]);
}

/** Bits of `user_roles.permissions` that open closed feeds. */
export const permissions = { administrator: 1n << 0n, viewFeeds: 1n << 20n } as const;

/** The id of the default role, which every user has besides their own. */
export const defaultRole = '-99';

/** The value of a feed access setting that closes the feed, as the platform writes it. */
export const disabled = '--- disabled\n';
