import { Injectable, Optional, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ConnectionRegistry } from '@fedistream/auth';
import { closeReasons } from '@fedistream/delivery';
import { Broker } from '@fedistream/event-bus';
import { PositionTracker } from '@fedistream/history';
import type { Unsubscribable } from 'rxjs';
import type { ClientConnection } from './client-connection.js';
import { ConnectionCloser } from './connection-closer.js';

/**
 * Closes the connections of clients that can resume when the broker may have lost messages. Their next position would be
 * behind the gap, and a later resume from there would claim that nothing is missing. Silenced before the next message,
 * they come back with the position before the gap, and receive from the history what this process has missed.
 *
 * Without a history no client can resume, and all connections stay.
 */
@Injectable()
export class GapHandler implements OnApplicationBootstrap, OnApplicationShutdown {
  #subscription: Unsubscribable | undefined;

  constructor(
    private readonly broker: Broker,
    private readonly closer: ConnectionCloser,
    private readonly registry: ConnectionRegistry<ClientConnection>,
    @Optional() private readonly tracker?: PositionTracker,
  ) {}

  /** Called by Nest. */
  onApplicationBootstrap(): void {
    if (this.tracker !== undefined) {
      this.#subscription = this.broker.gaps.subscribe(() => {
        const resumable = this.registry.all().filter(({ tellsPositions }) => tellsPositions);
        this.closer.closeSilently(resumable, closeReasons.gap);
      });
    }
  }

  /** Called by Nest. */
  onApplicationShutdown(): void {
    this.#subscription?.unsubscribe();
  }
}
