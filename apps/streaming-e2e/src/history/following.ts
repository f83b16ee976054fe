import { EventSource } from 'eventsource';
import { WebSocket } from 'ws';
import type { EventRecorder } from '../clients/event-recorder.js';
import { MastoReader, type MastoReading } from '../clients/masto-reader.js';
import { MegalodonReader } from '../clients/megalodon-reader.js';
import { streamTitled, type openReader } from '../clients/streams.js';

/** An account with a token, which reads its home timeline. */
export type HomeReader = Awaited<ReturnType<typeof openReader>>;

/** A client that follows a home timeline and reconnects by itself: what it has received, as ids of deletes. */
export interface Following {
  readonly name: string;
  ids(): readonly string[];
  close(): void;
}

const home = streamTitled('user');
const path = '/api/v1/streaming';

const idsOf = (recorders: readonly EventRecorder[]) =>
  recorders.flatMap(({ recorded }) => recorded.map(({ payload }) => String(payload)));

/** masto reconnects; its iterators stay with the connection that they began on, so that a program begins another one. */
export function followByMasto(port: number, reader: HomeReader): Following {
  const readings: MastoReading[] = [];
  class ReopenedWebSocket extends WebSocket {
    constructor(target: URL, protocols: string[]) {
      super(target, protocols);
      this.on('open', () => setTimeout(() => readings.push(masto.read(home, reader))));
    }
  }
  const masto = new MastoReader({
    streamingApiUrl: `ws://127.0.0.1:${port}`,
    accessToken: reader.token,
    implementation: ReopenedWebSocket,
  });
  // masto connects with its first iterator.
  void masto.client.user.subscribe().values().next();
  return {
    name: 'masto',
    ids: () => idsOf(readings),
    close: () => {
      masto.close();
    },
  };
}

/** megalodon, which waits for 10 s before it reconnects. */
export function followByMegalodon(port: number, reader: HomeReader): Following {
  const megalodon = new MegalodonReader(`ws://127.0.0.1:${port}`, reader.token, home, reader);
  return {
    name: 'megalodon',
    ids: () => idsOf([megalodon]),
    close: () => {
      megalodon.close();
    },
  };
}

/** The `eventsource` package: reconnects by itself, with `Last-Event-ID`. */
export function followByEventSource(port: number, { token }: HomeReader): Following {
  const source = new EventSource(`http://127.0.0.1:${port}${path}/user?access_token=${token}`);
  const ids: string[] = [];
  source.addEventListener('delete', ({ data }) => ids.push(String(data)));
  return {
    name: 'eventsource',
    ids: () => ids,
    close: () => {
      source.close();
    },
  };
}

/** How {@link followByHand} follows. */
export interface HandOptions {
  readonly name: string;
  /** Whether the stream is in the URL; otherwise a frame asks for it. */
  readonly byQuery?: boolean;
  /** How long it waits before it reads on, for each frame, in milliseconds. */
  readonly pauseMs?: number;
  /** How long it waits before it reconnects, in milliseconds. */
  readonly reconnectMs?: number;
}

/** A client without a library: reconnects by the same URL, and subscribes by the same frame. */
export function followByHand(
  port: number,
  { token }: HomeReader,
  { name, byQuery = false, pauseMs = 0, reconnectMs = 5 }: HandOptions,
): Following {
  const ids: string[] = [];
  const url = `ws://127.0.0.1:${port}${path}?access_token=${token}${byQuery ? '&stream=user' : ''}`;
  let socket: WebSocket;
  let closed = false;
  const open = () => {
    socket = new WebSocket(url);
    socket.on('open', () => {
      if (!byQuery) {
        socket.send(JSON.stringify({ type: 'subscribe', stream: 'user' }));
      }
    });
    socket.on('message', (data: Buffer) => {
      ids.push((JSON.parse(data.toString()) as { payload: string }).payload);
      if (pauseMs > 0) {
        socket.pause();
        setTimeout(() => {
          socket.resume();
        }, pauseMs);
      }
    });
    socket.on('error', () => undefined); // `close` follows.
    socket.on('close', () => closed || setTimeout(open, reconnectMs));
  };
  open();
  return {
    name,
    ids: () => ids,
    close: () => {
      closed = true;
      socket.terminate();
    },
  };
}
