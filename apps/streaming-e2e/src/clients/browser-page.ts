/** The connections that the page opens. The test assigns the ids. */
export interface BrowserPlan {
  /** Names of the events that the EventSources listen to. */
  readonly events: readonly string[];
  readonly eventSources: readonly { readonly id: string; readonly url: string }[];
  /** `ids` belong to the labels of frames, joined by blanks: one socket may carry several streams. */
  readonly webSockets: readonly {
    readonly url: string;
    readonly protocols: readonly string[];
    /** Sent when it is open. */
    readonly messages: readonly string[];
    readonly ids: Readonly<Record<string, string>>;
  }[];
  /** Event streams read with `fetch` and the token in a header, for which the browser asks permission first. */
  readonly fetches: readonly { readonly id: string; readonly url: string; readonly token: string }[];
}

/** A finding of the page about one connection. */
export type BrowserFinding = { readonly id: string } & (
  | { readonly kind: 'open' | 'refused' }
  | { readonly kind: 'event'; readonly event: string; readonly payload?: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'close'; readonly code: number }
);

/** A page that uses the browser's own EventSource, WebSocket and fetch, and reports their events in order. */
export const browserPage = `<!doctype html>
<meta charset="utf-8">
<title>Streaming</title>
<script type="module">
  let telling = Promise.resolve();
  const tell = (finding) => {
    telling = telling.then(() => fetch('/findings', { method: 'POST', body: JSON.stringify(finding) }));
  };
  const plan = await (await fetch('/plan')).json();
  for (const { id, url } of plan.eventSources) {
    const source = new EventSource(url);
    source.onopen = () => tell({ id, kind: 'open' });
    source.onerror = () => source.readyState === EventSource.CLOSED && tell({ id, kind: 'refused' });
    for (const name of plan.events) {
      source.addEventListener(name, ({ data }) => tell({ id, kind: 'event', event: name, payload: data }));
    }
  }
  for (const { url, protocols, messages, ids } of plan.webSockets) {
    const socket = new WebSocket(url, protocols);
    const each = (finding) => Object.values(ids).forEach((id) => tell({ id, ...finding }));
    socket.onopen = () => {
      messages.forEach((message) => socket.send(message));
      each({ kind: 'open' });
    };
    socket.onclose = ({ code }) => each({ kind: 'close', code });
    socket.onmessage = ({ data }) => {
      const { stream, event, payload } = JSON.parse(data);
      tell({ id: ids[stream.join(' ')], kind: 'event', event, payload });
    };
  }
  for (const { id, url, token } of plan.fetches) {
    const response = await fetch(url, { headers: { Authorization: 'Bearer ' + token } });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    tell({ id, kind: 'open' });
    void (async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) {
          return tell({ id, kind: 'close', code: 1000 });
        }
        tell({ id, kind: 'text', text: value });
      }
    })();
  }
</script>
`;
