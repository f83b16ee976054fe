import { param } from '@fedistream/stream-kit';

/** The longest domain name, in characters (RFC 1035, section 2.3.4). */
const longestDomain = 253;

/** A server's domain, as statuses name it: lower case, Punycode. */
export function instance() {
  return param({
    example: 'mastodon.social',
    schema: { type: 'string', format: 'hostname' },
    parse: normaliseDomain,
  });
}

/** The form in which the domains of a client and of a status can be compared; `undefined` for what is no domain. */
export function normaliseDomain(text: string): string | undefined {
  if (text.length > longestDomain || !URL.canParse(`https://${text}`)) {
    return undefined;
  }
  const { host, hostname } = new URL(`https://${text}`);
  return host === hostname && hostname.includes('.') ? hostname : undefined;
}

/** The domain of an account: what stands behind `@` in `acct`. */
export function domainOf(acct: string): string | undefined {
  return normaliseDomain(acct.slice(acct.indexOf('@') + 1));
}
