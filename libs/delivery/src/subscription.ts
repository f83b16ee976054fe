import type { Connection } from './connection.js';
import type { Label } from './label.js';
import type { Fanout } from './fanout.js';

/**
 * One label of one connection. It exists from the moment the client asks, before anything is awaited: whatever ends it
 * meanwhile (unsubscribe, close, kill) is seen by {@link attach}, which then does nothing.
 */
export class Subscription {
  readonly connection: Connection;
  readonly label: Label;
  #fanout: Fanout | undefined;
  #ended = false;
  #onEnd: (() => void) | undefined;

  /** Only a connection makes subscriptions: {@link Connection.reserve}. */
  constructor(connection: Connection, label: Label) {
    this.connection = connection;
    this.label = label;
  }

  /** Whether it was taken back before it was attached. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Begins to receive what this fanout delivers, unless the subscription has ended meanwhile. */
  attach(fanout: Fanout): void {
    if (!this.#ended) {
      this.#fanout = fanout;
      fanout.add(this);
    }
  }

  /** Calls this once, when the subscription ends, whatever ends it; at once when it has ended. */
  onEnd(callback: () => void): void {
    if (this.#ended) {
      callback();
    } else {
      this.#onEnd = callback;
    }
  }

  /** Ends it, at whatever stage it is. Called by its connection, which also forgets the label. */
  end(): void {
    this.#ended = true;
    this.#fanout?.remove(this);
    this.#fanout = undefined;
    const onEnd = this.#onEnd;
    this.#onEnd = undefined;
    onEnd?.();
  }
}
