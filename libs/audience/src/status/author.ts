import { domainToASCII } from 'node:url';
import punycode from 'punycode.js';
import { asObject } from './json.js';
import { readId } from './read-id.js';

/** Mastodon allows 2,048 characters for a remote username. */
const maxAcctLength = 4_096;
/** DNS allows 253 octets, and a port may follow. The bound is needed because Punycode takes quadratic time. */
const maxDomainLength = 300;

/** The author of a status: the members that rules need. */
export interface Author {
  readonly id: string;
  /** The spellings under which the database may hold the author's domain, in lower case; none for a local author. */
  readonly domains: readonly string[];
  /** Whether the author has an account on this server. */
  readonly isLocal: boolean;
}

/**
 * Reads the Account of a Status.
 *
 * @returns `undefined` when the id is unusable, or `acct` does not contain the domain
 */
export function readAuthor(account: unknown): Author | undefined {
  const entity = asObject(account);
  const id = readId(entity?.['id']);
  const acct = entity?.['acct'];
  if (id === undefined || typeof acct !== 'string' || acct === '' || acct.length > maxAcctLength) {
    return undefined;
  }
  const at = acct.indexOf('@');
  const domain = at < 0 ? '' : acct.slice(at + 1).toLowerCase();
  if (domain.length > maxDomainLength || acct.includes('\0')) {
    return undefined;
  }
  const username = entity?.['username'];
  return { id, domains: spellingsOf(domain), isLocal: typeof username === 'string' ? username === acct : at < 0 };
}

/** The spellings of the domains that were read last: most statuses come from few domains. */
const knownSpellings = new Map<string, readonly string[]>();
const maxKnown = 2_000;

/**
 * The API publishes internationalised domains in Unicode, the database holds them in ASCII. Mastodon decodes with Punycode
 * alone, so a domain may contain what IDNA (UTS 46) refuses: emoji, or a port. Hence the encodings of both, which take 7 µs.
 */
function spellingsOf(domain: string): readonly string[] {
  let spellings = knownSpellings.get(domain);
  if (spellings === undefined) {
    spellings = [...new Set([domain, punycode.toASCII(domain), domainToASCII(domain)])].filter((each) => each !== '');
    if (knownSpellings.size === maxKnown) {
      knownSpellings.clear();
    }
    knownSpellings.set(domain, spellings);
  }
  return spellings;
}
