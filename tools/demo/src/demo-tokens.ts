/** An access token of the demo user, or of the demo's administrator. */
export interface DemoToken {
  readonly token: string;
  /** The `scopes` column: names separated by spaces. */
  readonly scopes: string;
  /** The streams that it opens, as a text for the banner. */
  readonly opens: string;
  /** Whether it belongs to the demo's administrator. */
  readonly administrator?: boolean;
}

/** One token for each set of scopes that opens other streams. */
export const demoTokens: readonly DemoToken[] = [
  { token: 'demo-read', scopes: 'read', opens: 'all of Mastodon’s streams' },
  { token: 'demo-statuses', scopes: 'read:statuses', opens: 'the same, without notifications' },
  { token: 'demo-notifications', scopes: 'read:notifications', opens: 'user:notification alone' },
  { token: 'demo-write', scopes: 'write', opens: 'nothing: 401' },
  {
    token: 'demo-admin',
    scopes: 'read admin:read',
    opens: 'the same, for an administrator; nothing is published to its home',
    administrator: true,
  },
];
