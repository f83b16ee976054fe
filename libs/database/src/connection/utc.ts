/** SQL for the present time as a timestamp in UTC without time zone, as Mastodon stores timestamps. */
export const utcNow = "timezone('UTC', now())";

/** SQL for a timestamp as milliseconds since 1970, rounded down. */
export function milliseconds(timestamp: string): string {
  return `floor(extract(epoch FROM ${timestamp}) * 1000)::float8`;
}
