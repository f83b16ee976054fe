import type { CorkableSocket } from './corkable-socket.js';

/** The most writes that are moved to a socket at a time: Node.js calls a function for each when it destroys the socket. */
const piecesPerDrain = 256;

const queues = new WeakMap<CorkableSocket, WriteQueue>();

/** Output that waits until a socket is drained. Exists only for sockets whose clients read slowly. */
export class WriteQueue {
  readonly #socket: CorkableSocket;
  #pieces: Buffer[] = [];
  #next = 0;
  #bytes = 0;

  private constructor(socket: CorkableSocket) {
    this.#socket = socket;
  }

  /** The queue of a socket; created if there is none. */
  static of(socket: CorkableSocket): WriteQueue {
    let queue = queues.get(socket);
    if (queue === undefined) {
      queue = new WriteQueue(socket);
      queues.set(socket, queue);
    }
    return queue;
  }

  /** The queue of a socket, if it has one. */
  static peek(socket: CorkableSocket): WriteQueue | undefined {
    return queues.get(socket);
  }

  /** How many writes wait. */
  get length(): number {
    return this.#pieces.length - this.#next;
  }

  /** How many bytes wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a write after all others. The socket MUST need a drain, so that it emits `drain`. */
  add(bytes: Buffer): void {
    if (this.#pieces.push(bytes) === 1) {
      this.#socket.once('drain', this.#onDrain);
    }
    this.#bytes += bytes.length;
  }

  /** Moves all writes to the socket. */
  moveAll(): void {
    this.#move(this.length);
  }

  /** Discards all writes. */
  drop(): void {
    this.#pieces = [];
    this.#next = 0;
    this.#bytes = 0;
    queues.delete(this.#socket);
  }

  readonly #onDrain = (): void => {
    while (this.length > 0 && !this.#socket.writableNeedDrain) {
      this.#move(piecesPerDrain);
    }
    if (this.length > 0) {
      this.#socket.once('drain', this.#onDrain);
    }
  };

  #move(most: number): void {
    const socket = this.#socket;
    const end = Math.min(this.#pieces.length, this.#next + most);
    socket.cork();
    for (; this.#next < end; this.#next++) {
      const piece = this.#pieces[this.#next] as Buffer;
      this.#bytes -= piece.length;
      socket.write(piece);
    }
    socket.uncork();
    if (this.length === 0) {
      this.drop();
    }
  }
}
