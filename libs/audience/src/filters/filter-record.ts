/** One keyword of a filter (`custom_filter_keywords`). */
export interface FilterKeyword {
  readonly keyword: string;
  readonly wholeWord: boolean;
}

/** One filter of an account (`custom_filters`) with its keywords and statuses, each in the order of their ids. */
export interface FilterRecord {
  readonly id: string;
  readonly title: string;
  /** Where clients apply the filter: `home`, `notifications`, `public`, `thread`, `account`. */
  readonly context: readonly string[];
  /** In milliseconds since 1970; `null` for a filter that does not expire. */
  readonly expiresAt: number | null;
  readonly action: 'warn' | 'hide' | 'blur';
  readonly keywords: readonly FilterKeyword[];
  /** The ids of statuses that the filter names (`custom_filter_statuses`). */
  readonly statusIds: readonly string[];
}
