import { Injectable } from '@nestjs/common';
import { StreamingError } from '@fedistream/domain';
import { Broker } from '@fedistream/event-bus';

/** Whether this process accepts new clients. */
@Injectable()
export class Readiness {
  #draining = false;

  constructor(private readonly broker: Broker) {}

  /** Whether the process is shutting down: its clients are being sent to other servers. */
  get draining(): boolean {
    return this.#draining;
  }

  /** From now on no new client is accepted. */
  startDraining(): void {
    this.#draining = true;
  }

  /** @throws StreamingError `unavailable` while the process drains or the broker cannot deliver messages */
  requireReady(): void {
    if (this.#draining || !this.broker.ready) {
      throw new StreamingError('unavailable');
    }
  }
}
