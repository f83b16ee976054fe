/** The visibility of a status (`Status.visibility` of Mastodon's API). */
export type Visibility = 'public' | 'unlisted' | 'private' | 'direct';

/** The events that carry a whole Status as payload. */
export const statusEvents: ReadonlySet<string> = new Set(['update', 'status.update']);
