/**
 * The query of a request target: all behind its first question mark (RFC 3986, section 3.4). Malformed percent encoding
 * decodes to U+FFFD; nothing here throws.
 */
export function queryOf(target: string): URLSearchParams {
  const start = target.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : target.slice(start + 1));
}
