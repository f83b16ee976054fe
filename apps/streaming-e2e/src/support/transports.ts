import { EventStreamClient } from './event-stream-client.js';
import { untilSubscribed, type Publisher } from './publisher.js';
import type { Server } from './server.js';
import { Refusal, type StreamClient } from './stream-client.js';
import { WebSocketClient } from './websocket-client.js';

/** A stream that a client asks for. */
export interface StreamRequest {
  readonly token?: string;
  /** Its name: `public:local`, `hashtag`. */
  readonly stream: string;
  readonly params?: Readonly<Record<string, string>>;
  /** A channel that feeds it: by it the client knows when its subscription is in effect. */
  readonly channel: string;
}

/** One way to open a stream, so that a table of cases can run over all of them. */
export interface Transport {
  readonly name: string;
  /** `false` where the connection may carry other streams, too, and frames say which. */
  readonly labelled: boolean;
  /**
   * Settles when nothing that is published from now on will be missed.
   *
   * @throws Refusal
   */
  open(server: Server, publisher: Publisher, wanted: StreamRequest): Promise<StreamClient>;
}

/** The path under which streams live. */
export const streamingPath = '/api/v1/streaming';

/** Server-sent events; the token in the header. */
export const eventStream: Transport = {
  name: 'event stream',
  labelled: false,
  open: (server, _feed, wanted) => EventStreamClient.open(eventStreamUrl(server, wanted), authorization(wanted)),
};

/** A WebSocket that opens with its one stream; the token in the URL, as browsers do it. */
export const webSocket: Transport = {
  name: 'WebSocket',
  labelled: true,
  async open(server, _publisher, wanted) {
    const client = await WebSocketClient.open(webSocketUrl(server, wanted));
    // The server refuses the stream with a frame right behind the handshake, so before the pong.
    await client.ping();
    const [refusal] = client.errors;
    if (refusal !== undefined) {
      await client.close();
      throw new Refusal(refusal.status ?? 0, {}, JSON.stringify(refusal));
    }
    return client;
  },
};

/** A WebSocket that opens without a stream and subscribes to it afterwards. */
export const multiplexedWebSocket: Transport = {
  name: 'multiplexed WebSocket',
  labelled: true,
  async open(server, publisher, { token, stream, params, channel }) {
    const client = await WebSocketClient.open(server.url(`${streamingPath}/`, 'ws'), {
      headers: authorization({ token }),
    });
    client.subscribe(stream, params);
    await untilSubscribed(client, publisher, channel);
    return client;
  },
};

/** All of them. */
export const transports: readonly Transport[] = [eventStream, webSocket, multiplexedWebSocket];

/** The URL of a stream's event stream: colons become slashes, and media a parameter. */
export function eventStreamUrl(
  server: Pick<Server, 'url'>,
  { stream, params = {} }: Pick<StreamRequest, 'stream' | 'params'>,
): URL {
  const onlyMedia = stream.endsWith(':media');
  const path = stream.replace(/:media$/, '').replaceAll(':', '/');
  const url = server.url(`${streamingPath}/${path}`);
  url.search = new URLSearchParams({ ...params, ...(onlyMedia ? { only_media: 'true' } : {}) }).toString();
  return url;
}

/** The URL of a WebSocket that opens with a stream. */
export function webSocketUrl(
  server: Pick<Server, 'url'>,
  { token, stream, params = {} }: Omit<StreamRequest, 'channel'>,
): URL {
  const url = server.url(streamingPath, 'ws');
  const query = { stream, ...params, ...(token === undefined ? {} : { access_token: token }) };
  url.search = new URLSearchParams(query).toString();
  return url;
}

/** The header that carries the token, if there is one. */
export function authorization({ token }: { readonly token?: string | undefined }): Record<string, string> {
  return token === undefined ? {} : { Authorization: `Bearer ${token}` };
}
