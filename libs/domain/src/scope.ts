/** An OAuth scope of Mastodon's API, such as `read` or `read:statuses`. A platform may have scopes of its own. */
export type Scope = string;

/** The scopes of a token. Shared between all viewers with the same scopes: it MUST NOT be changed. */
export type ScopeSet = ReadonlySet<Scope>;

const interned = new Map<string, ScopeSet>();
const maxInterned = 1_000;

/**
 * Reads the `scopes` column of an access token: names separated by blanks; NULL means none.
 * Equal texts return the same set, so that connections share a few sets.
 */
export function parseScopes(text: string | null): ScopeSet {
  const key = text ?? '';
  const known = interned.get(key);
  if (known) {
    return known;
  }
  const scopes: ScopeSet = new Set(key.split(/\s+/).filter((scope) => scope !== ''));
  if (interned.size < maxInterned) {
    interned.set(key, scopes);
  }
  return scopes;
}

/** Whether the scopes include at least one of `wanted`. */
export function grantsAny(scopes: ScopeSet, wanted: readonly Scope[]): boolean {
  return wanted.some((scope) => scopes.has(scope));
}
