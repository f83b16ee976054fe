import { createStreamingAPIClient, type mastodon } from 'masto';

import { EventRecorder } from './event-recorder.js';
import { paramsOf, type Reader, type Stream } from './streams.js';

type Client = mastodon.streaming.Client;
type Params = Readonly<Record<string, string>>;

/** masto's methods for the streams. */
const subscriptions: Readonly<Record<string, (client: Client, params: Params) => mastodon.streaming.Subscription>> = {
  user: (client) => client.user.subscribe(),
  'user:notification': (client) => client.user.notification.subscribe(),
  public: (client) => client.public.subscribe(),
  'public:local': (client) => client.public.local.subscribe(),
  'public:remote': (client) => client.public.remote.subscribe(),
  'public:media': (client) => client.public.media.subscribe(),
  'public:local:media': (client) => client.public.local.media.subscribe(),
  'public:remote:media': (client) => client.public.remote.media.subscribe(),
  hashtag: (client, { tag = '' }) => client.hashtag.subscribe({ tag }),
  'hashtag:local': (client, { tag = '' }) => client.hashtag.local.subscribe({ tag }),
  list: (client, { list = '' }) => client.list.subscribe({ list }),
  direct: (client) => client.direct.subscribe(),
};

/** masto's client of one WebSocket, and every event of its iterators. */
export class MastoReader {
  /** The client itself, for what a test does with it. */
  readonly client: Client;

  /** @param options as masto's own: how the token is sent, whether to reconnect */
  constructor(options: Parameters<typeof createStreamingAPIClient>[0]) {
    this.client = createStreamingAPIClient(options);
  }

  /** Subscribes to a stream and reads it from now on. */
  read(stream: Stream, reader: Reader): MastoReading {
    const subscribe = subscriptions[stream.name];
    if (subscribe === undefined) {
      throw new Error(`masto knows no stream ${stream.name}`);
    }
    return new MastoReading(subscribe(this.client, paramsOf(stream, reader)));
  }

  /** Closes the WebSocket. */
  close(): void {
    this.client.close();
  }
}

/** One subscription that is being read. */
export class MastoReading extends EventRecorder {
  /** What `stream` said in the events, each kind once. */
  readonly labels = new Set<string>();
  /** Settles when the iterator has ended, with its error if it had one. */
  readonly ended: Promise<unknown>;

  constructor(readonly subscription: mastodon.streaming.Subscription) {
    super();
    this.ended = this.#read().catch((error: unknown) => error);
  }

  async #read(): Promise<void> {
    for await (const { event, payload, stream } of this.subscription) {
      this.labels.add(stream.join(' '));
      this.record(event, payload);
    }
  }
}
