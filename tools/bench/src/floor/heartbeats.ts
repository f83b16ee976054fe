import type { Socket } from 'node:net';

/**
 * Writes the same bytes to each socket once in an interval. Sockets are spread over one slot for each second of it, so that a
 * second's share is due at once.
 */
export class Heartbeats {
  readonly #slots: readonly Set<Socket>[];
  #next = 0;

  constructor(intervalSeconds: number, bytes: Buffer) {
    this.#slots = Array.from({ length: intervalSeconds }, () => new Set<Socket>());
    let due = 0;
    setInterval(() => {
      for (const socket of this.#slots[due++ % intervalSeconds] ?? []) {
        socket.write(bytes);
      }
    }, 1_000);
  }

  /** Begins to write to a socket, until it is closed. */
  add(socket: Socket): void {
    const slot = this.#slots[this.#next++ % this.#slots.length];
    slot?.add(socket);
    socket.once('close', () => slot?.delete(socket));
  }
}
