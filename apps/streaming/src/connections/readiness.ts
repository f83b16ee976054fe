import { Injectable } from '@nestjs/common';
import { StreamingError } from '@fedistream/domain';
import { Broker } from '@fedistream/event-bus';

/** Whether this process accepts new clients. */
@Injectable()
export class Readiness {
  #leaving = false;
  #draining = false;
  #onlyRecords = false;

  constructor(private readonly broker: Broker) {}

  /** Whether load balancers are told to send no more clients. Those that come nevertheless are accepted. */
  get leaving(): boolean {
    return this.#leaving;
  }

  /** Whether clients are being sent to other servers. */
  get draining(): boolean {
    return this.#draining;
  }

  /** Whether this process never accepts clients: it records the history. */
  get onlyRecords(): boolean {
    return this.#onlyRecords;
  }

  /** Called once, before the start: this process accepts no client. */
  recordOnly(): void {
    this.#onlyRecords = true;
    this.#draining = true;
  }

  /** From now on load balancers are told to send no more clients. */
  startLeaving(): void {
    this.#leaving = true;
  }

  /** From now on no new client is accepted. */
  startDraining(): void {
    this.#leaving = true;
    this.#draining = true;
  }

  /** @throws StreamingError `unavailable` while the process drains or the broker cannot deliver messages */
  requireReady(): void {
    if (this.#draining || !this.broker.ready) {
      throw new StreamingError('unavailable');
    }
  }
}
