import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

/**
 * Whether a web page in an operator's browser may have sent this request. The internal listener asks for no token, so a
 * page must not reach it: neither from its own site (CSRF), nor through a name that its owner lets point to this machine
 * (DNS rebinding). Browsers tell the page's origin (Fetch standard) or site (W3C Fetch Metadata), and a rebound name stands
 * in `Host`.
 */
export function mayComeFromPage({ origin, host, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  const isSameSite = site === undefined || site === 'none' || site === 'same-origin';
  return !isSameSite || origin !== undefined || !isAddress(host ?? '');
}

/** Whether a `Host` is an address, or a name that no DNS server can give away. */
function isAddress(host: string): boolean {
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return isIP(name) !== 0 || name.toLowerCase() === 'localhost';
}
