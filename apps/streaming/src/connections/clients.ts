import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { OpenConnections, type Authentication } from '@fedistream/auth';
import {
  closeReasons,
  Connection,
  DeliverySettings,
  DeliveryStatistics,
  Heartbeat,
  type ConnectionContext,
  type Transport,
} from '@fedistream/delivery';
import { StreamingError, type Viewer } from '@fedistream/domain';
import { Broker } from '@fedistream/event-bus';
import { StreamGate, type Admission, type StreamRequest } from '@fedistream/stream-kit/server';

/**
 * How often a comment line is sent, and how often a ping: as often as Mastodon's server does. Clients take a longer
 * silence for a broken connection and open another one. https://docs.joinmastodon.org/methods/streaming/
 */
const heartbeatMs = { eventsource: 15_000, websocket: 30_000 } as const;

/** The clients of this process, whatever their transport: the way in, and the end of all of them at a restart. */
@Injectable()
export class Clients implements BeforeApplicationShutdown {
  /** What the two kinds of transports join to stay alive. */
  readonly heartbeats = {
    eventsource: new Heartbeat(heartbeatMs.eventsource),
    websocket: new Heartbeat(heartbeatMs.websocket),
  } as const;

  readonly #all = new Set<Connection>();
  /** Of clients that are to go, and have not yet. */
  readonly #farewells = new Set<Promise<void>>();
  readonly #context: ConnectionContext;
  #stopping = false;

  constructor(
    private readonly broker: Broker,
    private readonly gate: StreamGate,
    private readonly openConnections: OpenConnections,
    settings: DeliverySettings,
    statistics: DeliveryStatistics,
  ) {
    this.#context = {
      settings,
      statistics,
      closed: (connection, _reason, farewell) => {
        this.#all.delete(connection);
        this.openConnections.remove(connection);
        this.#farewells.add(farewell);
        void farewell.then(() => this.#farewells.delete(farewell));
      },
    };
  }

  /** @throws StreamingError `unavailable` while new clients had better go elsewhere: nothing can arrive, or we stop */
  requireReady(): void {
    if (this.#stopping || !this.broker.ready) {
      throw new StreamingError('unavailable');
    }
  }

  /** Whether a client could open with this subscription now. @throws StreamingError as {@link admit}, nothing is held */
  async authorize(viewer: Viewer, request: StreamRequest): Promise<void> {
    this.requireReady();
    return this.gate.authorize(viewer, request);
  }

  /** For a client that opens with a subscription. Its scopes have been checked. @throws StreamingError as `StreamGate.admit` */
  async admit(viewer: Viewer, request: StreamRequest): Promise<Admission> {
    this.requireReady();
    return this.gate.admit(viewer, request);
  }

  /** Opens a connection. If its token was revoked meanwhile, it is closed at once, and nothing is delivered to it. */
  open({ viewer, since }: Authentication, transport: Transport): Connection {
    const connection = new Connection(viewer, transport, this.#context);
    this.#all.add(connection);
    if (this.#stopping) {
      connection.close(closeReasons.restart);
    } else {
      this.openConnections.add(connection, since);
    }
    return connection;
  }

  /**
   * Tells everybody to come back later, before the servers stop.
   *
   * @returns settles when the last client has read that behind all that was sent to it before, or has been cut off by its
   *   transport because it does not
   */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stopping = true;
    for (const connection of this.#all) {
      connection.close(closeReasons.restart);
    }
    this.heartbeats.eventsource.stop();
    this.heartbeats.websocket.stop();
    await Promise.all(this.#farewells);
  }
}
