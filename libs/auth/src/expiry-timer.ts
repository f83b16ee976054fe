import type { AuthorisedConnection } from './authorised-connection.js';

/** The shortest time between sweeps: each visits every connection whose token has an expiry. */
const minSweepIntervalMs = 1_000;
/** The longest time between sweeps: the clock may have been set, and setTimeout overflows beyond 2^31 ms. */
const maxSweepIntervalMs = 60_000;

/**
 * Reports connections whose token has expired, at most a second late. All share one timer, which runs only while an open
 * connection has a token that expires, and does not keep the process alive.
 */
export class ExpiryTimer {
  readonly #connections = new Set<AuthorisedConnection>();
  readonly #onExpiry: (connection: AuthorisedConnection) => void;
  #timer: NodeJS.Timeout | undefined;
  #armedFor = Infinity;

  /** @param onExpiry called once for each connection, after it was removed here; MUST NOT throw */
  constructor(onExpiry: (connection: AuthorisedConnection) => void) {
    this.#onExpiry = onExpiry;
  }

  add(connection: AuthorisedConnection): void {
    const { expiresAt } = connection.viewer;
    if (expiresAt !== undefined) {
      this.#connections.add(connection);
      this.#arm(expiresAt);
    }
  }

  delete(connection: AuthorisedConnection): void {
    if (this.#connections.delete(connection) && this.#connections.size === 0) {
      this.#disarm();
    }
  }

  /** Removes all connections. */
  clear(): void {
    this.#connections.clear();
    this.#disarm();
  }

  #arm(time: number): void {
    if (time < this.#armedFor) {
      clearTimeout(this.#timer);
      this.#armedFor = time;
      const delay = Math.min(Math.max(time - Date.now(), minSweepIntervalMs), maxSweepIntervalMs);
      this.#timer = setTimeout(() => {
        this.#sweep();
      }, delay).unref();
    }
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#armedFor = Infinity;
  }

  #sweep(): void {
    this.#disarm();
    const expired: AuthorisedConnection[] = [];
    let earliest = Infinity;
    for (const connection of this.#connections) {
      if (hasExpired(connection)) {
        expired.push(connection);
      } else {
        earliest = Math.min(earliest, connection.viewer.expiresAt ?? Infinity);
      }
    }
    this.#arm(earliest);
    for (const connection of expired) {
      this.#connections.delete(connection);
      this.#onExpiry(connection);
    }
  }
}

/** Whether the connection's token has expired. */
export function hasExpired({ viewer }: AuthorisedConnection): boolean {
  return viewer.expiresAt !== undefined && !(viewer.expiresAt > Date.now());
}
