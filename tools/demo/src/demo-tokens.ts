/** An access token of the demo user, or of the demo's administrator. */
export interface DemoToken {
  readonly token: string;
  /** The `scopes` column: names separated by blanks. */
  readonly scopes: string;
  /** What it opens, for people. */
  readonly opens: string;
  /** Whether it is the administrator's. */
  readonly administrator?: boolean;
}

/** One token for each scope set that makes a difference. */
export const demoTokens: readonly DemoToken[] = [
  { token: 'demo-read', scopes: 'read', opens: 'all of Mastodon’s streams' },
  { token: 'demo-statuses', scopes: 'read:statuses', opens: 'the same, without notifications' },
  { token: 'demo-notifications', scopes: 'read:notifications', opens: 'user:notification alone' },
  { token: 'demo-write', scopes: 'write', opens: 'nothing: 401' },
  {
    token: 'demo-admin',
    scopes: 'read admin:read',
    opens: 'what administrators may; its own home is quiet',
    administrator: true,
  },
];
