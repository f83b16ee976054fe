/** The time as Mastodon's timestamps have it: in UTC, without a zone, whatever the session's zone is. */
export const utcNow = "timezone('UTC', now())";

/** A timestamp as milliseconds since 1970, truncated. */
export function milliseconds(timestamp: string): string {
  return `floor(extract(epoch FROM ${timestamp}) * 1000)::float8`;
}
