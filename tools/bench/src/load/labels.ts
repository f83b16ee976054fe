/** What a client subscribes to: a stream and its parameter, as Mastodon's API names them. */
export interface Label {
  readonly stream: string;
  readonly tag?: string;
  readonly list?: string;
}

/** `?tag=...` or `&list=...`: the parameters of a label for a URL, behind `first`. */
function parameters({ tag, list }: Label, first: '?' | '&'): string {
  if (tag !== undefined) {
    return `${first}tag=${encodeURIComponent(tag)}`;
  }
  return list === undefined ? '' : `${first}list=${list}`;
}

/** The path and query that stream this label as server-sent events. */
export function eventStreamPath(label: Label): string {
  return `/api/v1/streaming/${label.stream.replaceAll(':', '/')}${parameters(label, '?')}`;
}

/** The path and query of a WebSocket that subscribes to this label when it opens, or to none. */
export function webSocketPath(label: Label | undefined): string {
  return label ? `/api/v1/streaming?stream=${label.stream}${parameters(label, '&')}` : '/api/v1/streaming';
}
