import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Audience } from '@fedistream/audience';
import { ConnectionRegistry, Revalidation } from '@fedistream/auth';
import { EventBus, Broker, type ControlEvent } from '@fedistream/event-bus';
import { Subscription } from 'rxjs';

/** Handles the events of Mastodon's control channels: `kill` and `filters_changed`. They are never sent to a client. */
@Injectable()
export class ControlEventHandler implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #subscriptions = new Subscription();

  constructor(
    private readonly broker: Broker,
    private readonly bus: EventBus,
    private readonly registry: ConnectionRegistry,
    private readonly revalidation: Revalidation,
    private readonly audience: Audience,
  ) {}

  /** Called by Nest. */
  onApplicationBootstrap(): void {
    this.#subscriptions.add(
      this.bus.control.subscribe((event) => {
        this.#handle(event);
      }),
    );
    // Control events were lost in a gap: read again what they would have changed.
    this.#subscriptions.add(
      this.broker.gaps.subscribe(() => {
        this.registry.recordGap();
        this.audience.forgetAll();
        this.revalidation.begin();
      }),
    );
  }

  /** Called by Nest. */
  onApplicationShutdown(): void {
    this.#subscriptions.unsubscribe();
  }

  #handle({ target, event }: ControlEvent): void {
    if (event.name === 'kill') {
      if (target.kind === 'token') {
        this.registry.revokeToken(target.tokenId);
      } else if (target.kind === 'account') {
        this.registry.revokeAccount(target.accountId);
      }
    } else if (event.name === 'filters_changed' && target.kind === 'account') {
      this.audience.forget(target.accountId);
    }
  }
}
