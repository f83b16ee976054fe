import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { MemoryBroker } from '@fedistream/event-bus';

/** A message from the parent process, in the form of a Redis message. */
interface ParentMessage {
  readonly channel: string;
  readonly text: string;
}

/**
 * Lets the parent process publish on the in-memory broker over Node's IPC channel: `fork()` the server, then
 * `child.send({ channel, text })`. Does nothing without such a parent.
 */
@Injectable()
export class ParentProcessPublisher implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #receive = (message: unknown) => {
    const { channel, text } = (message ?? {}) as Partial<ParentMessage>;
    if (typeof channel === 'string' && typeof text === 'string') {
      this.broker.publish(channel, text);
    }
  };

  constructor(private readonly broker: MemoryBroker) {}

  onApplicationBootstrap(): void {
    process.on('message', this.#receive);
  }

  onApplicationShutdown(): void {
    process.off('message', this.#receive);
  }
}
