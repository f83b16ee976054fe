const digits = 15;

/** An id as Mastodon's are: up to 19 digits, beyond what a number can hold, so it is a string from the start. */
export function idOf(family: 'author' | 'viewer' | 'relatedViewer' | 'background' | 'list' | 'filter', index: number) {
  return `${prefixes[family]}${index.toString().padStart(digits, '0')}`;
}

/** The first three digits tell what an id belongs to. */
export const prefixes = {
  author: '108',
  viewer: '109',
  relatedViewer: '107',
  background: '106',
  list: '105',
  filter: '104',
} as const;
