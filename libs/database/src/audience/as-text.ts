/** A text as PostgreSQL's `text` can hold it: NUL becomes U+FFFD, so no value there equals a text with NUL. */
export function asText(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}
