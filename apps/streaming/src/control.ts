import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Audience } from '@fedistream/audience';
import { OpenConnections } from '@fedistream/auth';
import { EventBus, type ControlEvent } from '@fedistream/event-bus';
import type { Subscription } from 'rxjs';

/** Carries out what the platform says on the control channels. Nothing of it is ever sent to a client. */
@Injectable()
export class Control implements OnApplicationBootstrap, OnApplicationShutdown {
  #subscription: Subscription | undefined;

  constructor(
    private readonly bus: EventBus,
    private readonly connections: OpenConnections,
    private readonly audience: Audience,
  ) {}

  onApplicationBootstrap(): void {
    this.#subscription = this.bus.control.subscribe((event) => {
      this.#obey(event);
    });
  }

  onApplicationShutdown(): void {
    this.#subscription?.unsubscribe();
  }

  #obey({ target, event }: ControlEvent): void {
    if (event.name === 'kill') {
      if (target.kind === 'token') {
        this.connections.revokeToken(target.tokenId);
      } else {
        this.connections.revokeAccount(target.accountId);
      }
    } else if (event.name === 'filters_changed' && target.kind === 'account') {
      this.audience.forget(target.accountId);
    }
  }
}
