/**
 * How much of one account's filters is loaded and applied. The keywords of all viewers are searched for in every text, so
 * one account must not have any number of them. The store MUST apply the bounds in its query: what exceeds them by more
 * than one row never reaches this process.
 */
export const filterBounds = {
  /** Filters of one account; the oldest count. */
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
