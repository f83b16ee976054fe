import type { DemoMessage } from '@fedistream/demo';

/** Where the demo publishes: wherever the server gets its events from. */
export abstract class DemoPublisher {
  /** Messages arrive in the order of the calls. One that cannot be published is lost: its moment has passed. */
  abstract publish(message: DemoMessage): void;
}
