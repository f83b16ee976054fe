import type { Connection } from '@fedistream/delivery';

/** How long a replay waits for its client to read what was sent before, in milliseconds; then it is sent all the same. */
const waitsMs = 10_000;
const askedEveryMs = 10;

/**
 * Lets the replays of one connection begin one after the other, each when its client has read the one before. One replay takes
 * at most half of what a client may leave unread; several at once would disconnect a client that reads as fast as it can.
 */
export class ReplayRoom {
  readonly #last = new WeakMap<Connection, Promise<unknown>>();

  /**
   * Settles when the next replay may be sent, which the caller does in the same turn of the event loop. Never rejects.
   *
   * @param unreadBytes up to which a client counts as one that has read everything
   */
  async wait(connection: Connection, unreadBytes: number): Promise<void> {
    const before = this.#last.get(connection);
    const ready = this.#ready(before, connection, unreadBytes);
    // The next one finds out what this one has sent.
    this.#last.set(
      connection,
      ready.then(() => new Promise(setImmediate)),
    );
    await ready;
  }

  async #ready(before: Promise<unknown> | undefined, connection: Connection, unreadBytes: number): Promise<void> {
    await before;
    const endMs = performance.now() + waitsMs;
    while (connection.open && connection.bufferedBytes > unreadBytes && performance.now() < endMs) {
      await new Promise((resolve) => setTimeout(resolve, askedEveryMs));
    }
  }
}
