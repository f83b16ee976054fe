import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { MemoryBroker } from '@fedistream/event-bus';

/** What the parent process sends: a message as it would stand on Redis. */
interface ParentMessage {
  readonly channel: string;
  readonly text: string;
}

/**
 * Lets the process that started this one publish on the in-memory broker, over Node's IPC channel: `fork()` the server and
 * `child.send({ channel, text })`. Without such a parent it does nothing.
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
