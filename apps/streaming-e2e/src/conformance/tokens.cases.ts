import type { Fixtures, TokenOptions, UserOptions } from '../support/index.js';

/** A token, its owner, and whether it opens a stream. */
export interface TokenCase {
  readonly name: string;
  readonly accepted: boolean;
  /** Differences of token and user from those of an ordinary viewer. */
  readonly options?: TokenOptions & UserOptions;
  /** The SQL assignment that changes the viewer's account. */
  readonly account?: string;
}

const hour = 3_600_000;
const past = () => new Date(Date.now() - hour);
const future = () => new Date(Date.now() + hour);

/** What Mastodon's REST API accepts and refuses; the server does the same. */
export const tokenCases: readonly TokenCase[] = [
  { name: 'an ordinary token', accepted: true },
  { name: 'one that expires in the future', accepted: true, options: { createdAt: past(), expiresIn: 7_200 } },
  { name: 'one that was created in the future', accepted: true, options: { createdAt: future(), expiresIn: 1 } },
  { name: 'one that will be revoked', accepted: true, options: { revokedAt: future() } },
  { name: 'one of a user with a role', accepted: true, options: { roleId: '3' } },
  { name: 'one that is revoked', accepted: false, options: { revokedAt: past() } },
  { name: 'one that has expired', accepted: false, options: { createdAt: past(), expiresIn: 3_599 } },
  { name: 'one with a lifetime of 0', accepted: false, options: { expiresIn: 0 } },
  { name: 'one of a disabled user', accepted: false, options: { disabled: true } },
  { name: 'one of a user who is not confirmed', accepted: false, options: { confirmedAt: null } },
  { name: 'one of a user who is not approved', accepted: false, options: { approved: false } },
  { name: 'one of a suspended account', accepted: false, account: 'suspended_at = now()' },
  { name: 'one of a memorial', accepted: false, account: 'memorial = true' },
  { name: 'one of an account marked for deletion', accepted: false, account: 'requested_deletion_at = now()' },
];

/** Makes the token of a case. */
export async function tokenOf(fixtures: Fixtures, { options, account }: TokenCase): Promise<string> {
  const viewer = await fixtures.viewer(options);
  if (account !== undefined) {
    await fixtures.sql(`UPDATE accounts SET ${account} WHERE id = $1`, [viewer.account.id]);
  }
  return viewer.token;
}

/** Where a client puts a token; `other` is the valid token of another viewer. */
export interface TokenPlace {
  readonly name: string;
  readonly headers?: (token: string, other: string) => Readonly<Record<string, string>>;
  readonly query?: (token: string, other: string) => Readonly<Record<string, string>>;
}

/** Every place, in the order of lookup: the first one that has a token counts. */
export const tokenPlaces: readonly TokenPlace[] = [
  ...['Bearer ', 'bearer ', 'BEARER ', 'bEaReR   ', ''].map((scheme) => ({
    name: `the Authorization header, as "${scheme}<token>"`,
    headers: (token: string) => ({ Authorization: scheme + token }),
  })),
  { name: 'the query', query: (token) => ({ access_token: token }) },
  { name: 'the subprotocol', headers: (token) => ({ 'Sec-WebSocket-Protocol': token }) },
  {
    name: 'the header, which comes before the query',
    headers: (token) => ({ Authorization: `Bearer ${token}` }),
    query: (_, other) => ({ access_token: other }),
  },
  {
    name: 'the query, which comes before the subprotocol',
    headers: (_, other) => ({ 'Sec-WebSocket-Protocol': other }),
    query: (token) => ({ access_token: token }),
  },
  {
    name: 'the query, when the header is empty',
    headers: () => ({ Authorization: '' }),
    query: (token) => ({ access_token: token }),
  },
];
