import { Mastodon, type Entity, type WebSocketInterface } from 'megalodon';
import { once, type EventEmitter } from 'node:events';

import { EventRecorder } from './event-recorder.js';
import { paramsOf, type Reader, type Stream } from './streams.js';

type Params = Readonly<Record<string, string>>;

/** The streams that megalodon supports. */
const sockets: Readonly<Record<string, (client: Mastodon, params: Params) => WebSocketInterface>> = {
  user: (client) => client.userSocket(),
  public: (client) => client.publicSocket(),
  'public:local': (client) => client.localSocket(),
  hashtag: (client, { tag = '' }) => client.tagSocket(tag),
  list: (client, { list = '' }) => client.listSocket(list),
  direct: (client) => client.directSocket(),
};

/** Whether megalodon can read the stream. */
export function isKnownToMegalodon({ name }: Stream): boolean {
  return name in sockets;
}

/** megalodon's socket of one stream, and every event that it emits. */
export class MegalodonReader extends EventRecorder {
  readonly #socket: WebSocketInterface;

  /** @param url of the server, as in `ws://127.0.0.1:4000` */
  constructor(url: string, token: string, stream: Stream, reader: Reader) {
    super();
    const open = sockets[stream.name];
    if (open === undefined) {
      throw new Error(`megalodon knows no stream ${stream.name}`);
    }
    this.#socket = open(new Mastodon(url, token), paramsOf(stream, reader));
    this.#socket.on('update', (status: Entity.Status) => {
      this.record('update', status);
    });
    this.#socket.on('status_update', (status: Entity.Status) => {
      this.record('status.update', status);
    });
    this.#socket.on('delete', (id: string) => {
      this.record('delete', id);
    });
    this.#socket.on('notification', (notification: Entity.Notification) => {
      this.record('notification', notification);
    });
    this.#socket.on('conversation', (conversation: Entity.Conversation) => {
      this.record('conversation', conversation);
    });
    this.#socket.on('parser-error', () => {
      this.record('unreadable');
    });
    this.#socket.on('error', () => {
      // A refused connection; megalodon tries again.
    });
  }

  /** Waits for this event of the socket itself: `connect`, or `close`, which it emits only when it will not reconnect. */
  async told(event: 'connect' | 'close'): Promise<void> {
    await once(this.#socket as unknown as EventEmitter, event);
  }

  /** Closes the socket. */
  close(): void {
    this.#socket.stop();
  }
}
