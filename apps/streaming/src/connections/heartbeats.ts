import { Injectable } from '@nestjs/common';
import { Heartbeat } from '@fedistream/delivery';

/**
 * The periods of Mastodon's server: a comment line for event streams, a ping for WebSockets. A client takes a longer
 * silence for a lost connection and opens another one. https://docs.joinmastodon.org/methods/streaming/
 */
const periodMs = { eventsource: 15_000, websocket: 30_000 } as const;

/** The heartbeats that the transports join, one for each kind of client. */
@Injectable()
export class Heartbeats {
  readonly eventsource = new Heartbeat(periodMs.eventsource);
  readonly websocket = new Heartbeat(periodMs.websocket);

  /** Stops both for good. */
  stop(): void {
    this.eventsource.stop();
    this.websocket.stop();
  }
}
