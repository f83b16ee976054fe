/**
 * The query of a request target: all after its first question mark (RFC 3986, section 3.4). Malformed percent encoding
 * decodes to U+FFFD. It never throws.
 */
export function queryOf(target: string): URLSearchParams {
  const start = target.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : target.slice(start + 1));
}
