import {
  authorization,
  EventStreamClient,
  eventStreamUrl,
  publishEvent,
  receivedBeforeFence,
  Refusal,
  streamingPath,
  until,
  WebSocketClient,
  webSocketUrl,
  type StreamClient,
  type StreamRequest,
} from '../support/index.js';
import { probeEvent } from '../support/stream-client.js';
import type { Target } from './target.js';

/** A way to ask for a stream. */
export interface Carrier {
  readonly name: string;
  /** Whether a frame names the stream that it belongs to. */
  readonly labelled: boolean;
  /** Asks for the stream and does not wait for the answer, where that is a frame. */
  connect(target: Target, wanted: Omit<StreamRequest, 'channel'>): Promise<StreamClient>;
}

/** Server-sent events. */
export const eventStream: Carrier = {
  name: 'server-sent events',
  labelled: false,
  connect: ({ server }, wanted) => EventStreamClient.open(eventStreamUrl(server, wanted), authorization(wanted)),
};

/** A WebSocket whose URL names the stream. */
export const byUrl: Carrier = {
  name: 'WebSocket, stream in the URL',
  labelled: true,
  connect: ({ server }, wanted) => WebSocketClient.open(webSocketUrl(server, wanted)),
};

/** A WebSocket that subscribes with a message. */
export const byMessage: Carrier = {
  name: 'WebSocket, stream in a message',
  labelled: true,
  async connect({ server }, { token, stream, params }) {
    const client = await WebSocketClient.open(server.url(streamingPath, 'ws'), { headers: authorization({ token }) });
    client.subscribe(stream, params);
    return client;
  },
};

/** All of them. */
export const carriers: readonly Carrier[] = [eventStream, byUrl, byMessage];

/** How a server refuses a stream. */
export interface Refused {
  /** The response's status before a stream has begun, or an error frame behind 101. */
  readonly by: 'status' | 'frame';
  readonly status: unknown;
  readonly error: unknown;
}

/** Opens a stream, waits until its events arrive, and closes it after `use`. Returns how it was refused instead. */
export async function withStream<Result>(
  target: Target,
  opening: Promise<StreamClient>,
  channel: string,
  use: (client: StreamClient) => Promise<Result>,
): Promise<Result | Refused> {
  const client = await opening.catch((error: unknown) => {
    if (error instanceof Refusal) {
      return error;
    }
    throw error;
  });
  if (client instanceof Refusal) {
    return { by: 'status', status: client.status, error: client.headers['x-error-message'] ?? errorOf(client.body) };
  }
  try {
    return (await refusedOrSubscribed(target, client, channel)) ?? (await use(client));
  } finally {
    await client.close();
  }
}

/** Whether a stream opens: `open`, or how it is refused. */
export async function outcomeOf(target: Target, carrier: Carrier, wanted: StreamRequest): Promise<unknown> {
  return withStream(target, carrier.connect(target, wanted), wanted.channel, () => Promise.resolve('open'));
}

/** Publishes a message, and returns the raw text in which it reached the client: frames, or blocks of lines. */
export async function arrivals(
  { publisher, reorderingMs }: Target,
  client: StreamClient,
  channel: string,
  { text, mark }: { readonly text: string; readonly mark: string },
): Promise<readonly string[]> {
  const found = () => client.received.filter(({ raw, event }) => event !== 'fence' && raw.includes(mark));
  await publisher.publish(channel, text);
  await receivedBeforeFence(client, publisher, channel);
  if (reorderingMs > 0) {
    await until('the event arrives late', () => found().length > 0, reorderingMs).catch(() => undefined);
  }
  return found().map(({ raw }) => raw);
}

let probes = 8_000_000_000;

async function refusedOrSubscribed(
  { publisher, withinMs }: Target,
  client: StreamClient,
  channel: string,
): Promise<Refused | undefined> {
  const probe = String(probes++);
  const frames = client instanceof WebSocketClient ? client : undefined;
  await until(
    'the stream is open or refused',
    async () => {
      if (!client.sawProbe(probe) && frames?.errors.length !== 1) {
        await publishEvent(publisher, channel, probeEvent, probe);
      }
      return client.sawProbe(probe) || frames?.errors.length === 1;
    },
    withinMs,
  );
  const [refusal] = frames?.errors ?? [];
  return refusal && { by: 'frame', status: refusal.status, error: refusal.error };
}

function errorOf(body: string): unknown {
  return (JSON.parse(body) as { error?: unknown }).error;
}
