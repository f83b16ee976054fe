import { WebSocket } from 'ws';

/** A WebSocket client that misses nothing. `gap` is called when it has to load its timeline again. */
export function follow(url: URL, received: (event: string, payload?: string) => void, gap: () => void): () => void {
  let since: string | undefined;
  let socket: WebSocket;
  let closed = false;
  const open = () => {
    url.searchParams.set('resume', '1');
    if (since !== undefined) url.searchParams.set('since', since);
    socket = new WebSocket(url);
    socket.onmessage = ({ data }) => {
      const { event, payload, id } = JSON.parse(data as string) as { event: string; payload?: string; id?: string };
      if (event === 'resumed' && !(JSON.parse(payload ?? '{}') as { recovered: boolean }).recovered) gap();
      else if (event !== 'resumed' && event !== 'checkpoint') received(event, payload);
      since = id ?? since;
    };
    socket.onerror = () => undefined; // `close` follows.
    socket.onclose = () => closed || setTimeout(open, 500 + Math.random() * 1_000);
  };
  open();
  return () => {
    closed = true;
    socket.close();
  };
}
