import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { ConnectionRegistry } from '@fedistream/auth';
import { closeReasons } from '@fedistream/delivery';
import type { ClientConnection } from './client-connection.js';
import { ConnectionOpener } from './connection-opener.js';
import { Heartbeats } from './heartbeats.js';
import { Readiness } from './readiness.js';

/** How long draining takes. */
export abstract class DrainSettings {
  /** The window in milliseconds over which connections are closed. */
  abstract readonly drainMs: number;
}

const batchIntervalMs = 100;
/** More connections than this are not closed in one turn of the event loop, which would block it for seconds. */
const maxBatch = 500;

/**
 * Closes every connection before the servers stop, and tells its client to reconnect. The process stops being ready first.
 * Connections are closed in random order, in batches over a window, so that their clients do not reconnect all at once.
 */
@Injectable()
export class ConnectionDrain implements BeforeApplicationShutdown {
  readonly #logger = new Logger(ConnectionDrain.name);
  #draining: Promise<void> | undefined;

  constructor(
    private readonly heartbeats: Heartbeats,
    private readonly opener: ConnectionOpener,
    private readonly readiness: Readiness,
    private readonly registry: ConnectionRegistry<ClientConnection>,
    private readonly settings: DrainSettings,
  ) {}

  /** Called by Nest. */
  beforeApplicationShutdown(): Promise<void> {
    return this.drain();
  }

  /**
   * Drains the process, once.
   *
   * @returns settles when each client has read everything that was sent to it, or its transport has given it up
   */
  drain(): Promise<void> {
    return (this.#draining ??= this.#drain());
  }

  async #drain(): Promise<void> {
    this.readiness.startDraining();
    const connections = shuffled(this.registry.all());
    const batches = Math.max(
      1,
      Math.ceil(this.settings.drainMs / batchIntervalMs),
      Math.ceil(connections.length / maxBatch),
    );
    this.#logger.log({ msg: 'draining', connections: connections.length, seconds: this.settings.drainMs / 1_000 });
    const size = Math.ceil(connections.length / batches);
    while (connections.length > 0) {
      for (const connection of connections.splice(0, size)) {
        connection.close(closeReasons.restart);
      }
      if (connections.length > 0) {
        // Half to one and a half of the interval.
        await delay((this.settings.drainMs / batches) * (0.5 + Math.random()));
      }
    }
    this.heartbeats.stop();
    await this.opener.released();
  }
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

/** A random order (Fisher and Yates). */
function shuffled<T>(values: T[]): T[] {
  for (let last = values.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    [values[last], values[other]] = [values[other] as T, values[last] as T];
  }
  return values;
}
