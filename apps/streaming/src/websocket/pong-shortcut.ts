import { Writable } from 'node:stream';
import type { WebSocket } from 'ws';

/** What {@link shortcutPongs} needs of a WebSocket. */
export interface PingedClient extends WebSocket {
  /** Whether the client has answered the last ping. */
  isAlive: boolean;
}

/** A masked pong without application data, which answers the server's ping (RFC 6455, section 5.5.3): 2 bytes and the mask. */
const pongBytes = 6;
const finalPong = 0x8a;
const maskedAndEmpty = 0x80;

/** The state of the receiver of `ws` in which the next byte begins a frame. */
const betweenFrames = 0;

const clientOf = Symbol('client');

/** The receiver of `ws` (8.22): a stream to which it writes what it reads from the socket. All but the stream is private. */
interface Receiver extends Writable {
  readonly _state?: number;
  readonly _bufferedBytes?: number;
  [clientOf]?: PingedClient;
}

/**
 * Takes the answers to the server's pings off the way through `ws`, which costs as much as the ping itself: a stream, a
 * parser, and a turn of the event loop for each frame. Everything else, and whatever is not certain, is left to `ws`. Where
 * its private members are missing, that is everything.
 */
export function shortcutPongs(client: PingedClient): void {
  const receiver: unknown = Reflect.get(client, '_receiver');
  if (receiver instanceof Writable) {
    (receiver as Receiver)[clientOf] = client;
    receiver.write = write as Writable['write'];
  }
}

/** One function for all receivers: a closure for each would cost 100 bytes per client. */
function write(this: Receiver, chunk: Buffer): boolean {
  const client = this[clientOf];
  if (
    chunk.length === pongBytes &&
    chunk[0] === finalPong &&
    chunk[1] === maskedAndEmpty &&
    client?.isAlive === false &&
    this._state === betweenFrames &&
    this._bufferedBytes === 0 &&
    this.writableLength === 0
  ) {
    client.isAlive = true;
    return true;
  }
  return Writable.prototype.write.call(this, chunk, undefined as unknown as BufferEncoding);
}
