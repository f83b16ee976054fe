import { Audience, AudienceSettings, AudienceStatistics, type AudienceStore } from '@fedistream/audience';
import { Connection, DeliverySettings, DeliveryStatistics } from '@fedistream/delivery';
import { mastodonFamilies, type AnyChannelFamily, type Viewer } from '@fedistream/domain';
import { BusStatistics, EventBus } from '@fedistream/event-bus';
import type {
  HistorySettings,
  HistoryStatistics,
  HistoryStore,
  PositionTracker,
  TicketStore,
} from '@fedistream/history';
import { Reauthorization, ReauthorizationSettings } from '../access/reauthorization.js';
import { StreamGate } from '../access/stream-gate.js';
import type { StreamDefinition } from '../modules/stream-definition.js';
import { StreamRegistry } from '../modules/stream-registry.js';
import { FailureLog } from '../pipeline/failure-log.js';
import { Resumption } from '../pipeline/resumption.js';
import { Snapshots } from '../pipeline/snapshots.js';
import { StreamFanouts } from '../pipeline/stream-fanouts.js';
import { BlockingStore, type Blocked } from './blocking-store.js';
import { recordingTransport, type ReceivedEvent } from './recording-transport.js';
import { SubscribedChannels } from './subscribed-channels.js';

/** What a bench may be told. */
export interface BenchOptions {
  /** What every viewer has blocked: statuses of these accounts and domains never reach a `per-viewer` stream. */
  readonly blocked?: Blocked;
  /** Channel families beside Mastodon's. Left out: any channel whose name begins with `timeline:` is claimed. */
  readonly families?: readonly AnyChannelFamily[];
  /** How often `authorize` is asked again, in milliseconds; a minute when left out. */
  readonly reauthorizationIntervalMs?: number;
  /** Left out: a server without a history. */
  readonly history?: BenchHistory;
}

/** The history of the server, as far as a test needs one. */
export interface BenchHistory {
  readonly tracker: PositionTracker;
  readonly store: HistoryStore;
  readonly settings: HistorySettings;
  readonly statistics: HistoryStatistics;
  readonly tickets?: TicketStore;
}

/** Claims what the families of a module would. */
const anyFamily: AnyChannelFamily = {
  template: 'timeline:{any}',
  events: {},
  claims: (channel) => channel.startsWith('timeline:'),
  claimsPart: () => true,
};

/** A client of the streams under test. */
export interface BenchClient {
  readonly connection: Connection;
  readonly received: readonly ReceivedEvent[];
  readonly errors: readonly string[];
}

/** Everything between broker and client, as the server has it, with nothing running. */
export class StreamBench {
  readonly broker = new SubscribedChannels();
  readonly bus = new EventBus(this.broker, new BusStatistics());
  readonly registry: StreamRegistry;
  readonly fanouts: StreamFanouts;
  readonly reauthorization: Reauthorization;
  readonly gate: StreamGate;

  constructor(
    definitions: readonly StreamDefinition[],
    store?: AudienceStore,
    { families, history, blocked, reauthorizationIntervalMs = 60_000 }: BenchOptions = {},
  ) {
    // Nothing waits for company, so that what is published has arrived a turn later.
    const audience = new Audience(
      store ?? new BlockingStore(blocked),
      new AudienceSettings({ maxBatchDelayMs: 0 }),
      new AudienceStatistics(),
    );
    this.registry = new StreamRegistry(definitions, families ? [...mastodonFamilies, ...families] : [anyFamily]);
    const failures = new FailureLog(this.registry.statistics);
    const resumption = new Resumption(
      audience,
      failures,
      this.registry,
      history?.tracker,
      history?.store,
      history?.settings,
      history?.statistics,
      history?.tickets,
    );
    this.fanouts = new StreamFanouts(this.bus, audience, this.registry, failures, resumption);
    this.reauthorization = new Reauthorization(
      this.bus,
      this.broker,
      this.registry,
      failures,
      new ReauthorizationSettings(reauthorizationIntervalMs),
    );
    this.gate = new StreamGate(
      this.fanouts,
      new Snapshots(audience, failures),
      this.reauthorization,
      resumption,
      failures,
    );
    this.reauthorization.onApplicationBootstrap();
  }

  /** A WebSocket client of this viewer, which keeps what it is sent. */
  connect(viewer: Viewer, settings: Partial<DeliverySettings> = {}): BenchClient {
    const received: ReceivedEvent[] = [];
    const errors: string[] = [];
    const connection = new Connection(viewer, recordingTransport(received, errors), {
      settings: new DeliverySettings(settings),
      statistics: new DeliveryStatistics(),
      closed: () => undefined,
    });
    return { connection, received, errors };
  }

  /** Ends what the bench has begun by itself. */
  stop(): void {
    this.reauthorization.onApplicationShutdown();
  }
}
