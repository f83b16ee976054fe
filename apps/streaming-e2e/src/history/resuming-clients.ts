import {
  authorization,
  EventStreamClient,
  eventStreamUrl,
  until,
  WebSocketClient,
  webSocketUrl,
  type ReceivedEvent,
  type Server,
  type StreamRequest,
} from '../support/index.js';

/** What a resume over either transport has given. */
export interface ResumedClient {
  /** Whether the server says that nothing is missing; `undefined` when the client sent no position. */
  readonly recovered: boolean | undefined;
  /** The events so far, without those of the protocol itself. */
  events(): readonly ReceivedEvent[];
  /** The last position that the server has told; settles when there is one. */
  position(): Promise<string>;
  /** Resolves when the connection has ended, on either side. */
  readonly ended: Promise<unknown>;
  close(): Promise<void>;
}

/** A way to resume. */
export interface ResumingTransport {
  readonly name: string;
  open(server: Server, wanted: Omit<StreamRequest, 'channel'>, since?: string): Promise<ResumedClient>;
}

const protocolEvents = ['resumed', 'checkpoint', 'stream.gap'];

function resumed(
  recovered: boolean | undefined,
  client: EventStreamClient | WebSocketClient,
  positions: () => readonly string[],
): ResumedClient {
  return {
    recovered,
    events: () => client.received.filter(({ event }) => !protocolEvents.includes(event)),
    position: () => until('the server tells a position', () => positions().at(-1)),
    ended: client.ended,
    close: () => client.close(),
  };
}

/** As EventSource does it: `Last-Event-ID`, and `id:` in the stream. */
export const resumingEventStream: ResumingTransport = {
  name: 'an event stream',
  open: async (server, wanted, since) => {
    const headers = { ...authorization(wanted), ...(since === undefined ? {} : { 'Last-Event-ID': since }) };
    const client = await EventStreamClient.open(eventStreamUrl(server, wanted), headers);
    const answer = client.headers['stream-resumed'];
    const positions = () => Array.from(client.bytes.toString().matchAll(/^id: (.+)$/gm), ([, id]) => id ?? '');
    return resumed(answer === undefined ? undefined : answer === 'true', client, positions);
  },
};

/** As a client library does it that knows of `resume` and `since`. */
export const resumingWebSocket: ResumingTransport = {
  name: 'a WebSocket',
  open: async (server, { params = {}, ...wanted }, since) => {
    const more = since === undefined ? { resume: '1' } : { resume: '1', since };
    const client = await WebSocketClient.open(webSocketUrl(server, { ...wanted, params: { ...params, ...more } }));
    const positions = () => client.frames.flatMap((frame) => (JSON.parse(frame) as { id?: string }).id ?? []);
    let recovered: boolean | undefined;
    if (since !== undefined) {
      const { payload = '{}' } = await until('the server answers the resume', () =>
        client.received.find(({ event }) => event === 'resumed'),
      );
      recovered = (JSON.parse(payload) as { recovered: boolean }).recovered;
    }
    return resumed(recovered, client, positions);
  },
};

/** Both. */
export const resumingTransports: readonly ResumingTransport[] = [resumingEventStream, resumingWebSocket];
