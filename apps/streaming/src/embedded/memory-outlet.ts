import { Injectable } from '@nestjs/common';
import type { DemoMessage } from '@fedistream/demo';
import { MemoryFeed } from '@fedistream/event-bus';
import { DemoOutlet } from './demo-outlet.js';

/** Publishes the demo on the in-memory feed. */
@Injectable()
export class MemoryOutlet extends DemoOutlet {
  constructor(private readonly feed: MemoryFeed) {
    super();
  }

  override publish({ channel, message }: DemoMessage): void {
    this.feed.publish(channel, JSON.stringify(message));
  }
}
