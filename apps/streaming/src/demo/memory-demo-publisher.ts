import { Injectable } from '@nestjs/common';
import type { DemoMessage } from '@fedistream/demo';
import { MemoryBroker } from '@fedistream/event-bus';
import { DemoPublisher } from './demo-publisher.js';

/** Publishes the demo on the in-memory broker. */
@Injectable()
export class MemoryDemoPublisher extends DemoPublisher {
  constructor(private readonly broker: MemoryBroker) {
    super();
  }

  override publish({ channel, message }: DemoMessage): void {
    this.broker.publish(channel, JSON.stringify(message));
  }
}
