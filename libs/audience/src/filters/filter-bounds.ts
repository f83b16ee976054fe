/**
 * How much of one account's filters is loaded and applied. Every text is searched for the keywords of all viewers, so the
 * number for each account is bounded. The store MUST apply the bounds in its query. It MAY return one row more of each
 * kind, to show that there are more.
 */
export const filterBounds = {
  /** Filters of one account; the oldest ones are applied. */
  filters: 500,
  /** Keywords of all filters of one account together. */
  keywords: 1_000,
  /** Characters of all these keywords together. */
  keywordCharacters: 16_384,
  /** Statuses named by all filters of one account together. */
  statuses: 1_000,
  /** Characters of a filter's title; Mastodon allows 256. */
  titleCharacters: 1_000,
  /** Filter results that one status carries for one viewer. */
  results: 100,
} as const;
