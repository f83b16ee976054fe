import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Audience } from '@fedistream/audience';
import { OpenConnections, Revalidation } from '@fedistream/auth';
import { EventBus, Broker, type ControlEvent } from '@fedistream/event-bus';
import { Subscription } from 'rxjs';

/** Carries out what the platform says on the control channels. Nothing of it is ever sent to a client. */
@Injectable()
export class Control implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #subscriptions = new Subscription();

  constructor(
    private readonly broker: Broker,
    private readonly bus: EventBus,
    private readonly connections: OpenConnections,
    private readonly revalidation: Revalidation,
    private readonly audience: Audience,
  ) {}

  onApplicationBootstrap(): void {
    this.#subscriptions.add(
      this.bus.control.subscribe((event) => {
        this.#obey(event);
      }),
    );
    // What was said while nobody heard it has to be found out.
    this.#subscriptions.add(
      this.broker.gaps.subscribe(() => {
        this.audience.forgetAll();
        this.revalidation.begin();
      }),
    );
  }

  onApplicationShutdown(): void {
    this.#subscriptions.unsubscribe();
  }

  #obey({ target, event }: ControlEvent): void {
    if (event.name === 'kill') {
      if (target.kind === 'token') {
        this.connections.revokeToken(target.tokenId);
      } else if (target.kind === 'account') {
        this.connections.revokeAccount(target.accountId);
      }
    } else if (event.name === 'filters_changed' && target.kind === 'account') {
      this.audience.forget(target.accountId);
    }
  }
}
