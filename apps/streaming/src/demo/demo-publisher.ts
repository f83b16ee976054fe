import type { DemoMessage } from '@fedistream/demo';

/** Publishes demo messages to the broker that the server subscribes to. */
export abstract class DemoPublisher {
  /** Keeps the order of calls. A message that cannot be published is dropped. */
  abstract publish(message: DemoMessage): void;
}
