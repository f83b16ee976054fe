import { Injectable, Optional, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { GapFiller } from '@fedistream/history';
import { StreamFanouts } from '@fedistream/stream-kit/server';
import type { Unsubscribable } from 'rxjs';

/**
 * Tells clients that follow their positions when this server has missed messages for good, before they receive the next
 * event: their next position lies behind the gap, and a later resume from there would claim that nothing is missing.
 *
 * Without a history no client follows positions.
 */
@Injectable()
export class GapHandler implements OnApplicationBootstrap, OnApplicationShutdown {
  #subscription: Unsubscribable | undefined;

  constructor(
    private readonly fanouts: StreamFanouts,
    @Optional() private readonly gaps?: GapFiller,
  ) {}

  /** Called by Nest. */
  onApplicationBootstrap(): void {
    this.#subscription = this.gaps?.unfilled.subscribe(({ channels }) => {
      this.fanouts.tellGap(channels);
    });
  }

  /** Called by Nest. */
  onApplicationShutdown(): void {
    this.#subscription?.unsubscribe();
  }
}
