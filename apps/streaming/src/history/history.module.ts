import {
  Inject,
  Injectable,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { Broker, EventBus, MemoryBroker, MessageHold, MessageTagger } from '@fedistream/event-bus';
import {
  GapFiller,
  HistorySettings,
  HistoryStatistics,
  HistoryStore,
  markerChannel,
  MemoryHistoryStore,
  PositionTracker,
} from '@fedistream/history';
import { RedisHistoryModule, type RedisSettings } from '@fedistream/redis';
import type { Unsubscribable } from 'rxjs';

/** What {@link HistoryModule} needs of the configuration. */
export interface HistoryOptions {
  /** `undefined`: the in-memory broker. */
  readonly redis: RedisSettings | undefined;
  /** The Redis that keeps the history, if it is not that of the platform. */
  readonly historyRedis: RedisSettings | undefined;
  readonly maxBytes: number;
  /** Bytes of messages replayed to one subscription at most: half of what a client may leave unread. */
  readonly maxReplayBytes: number;
  /** How long an event may be on its way through the decisions of this process, in milliseconds. */
  readonly decisionMs: number;
  /** Whether this process records when no other does. */
  readonly records: boolean;
}

/** Receives markers for as long as the process runs, so that every message has a position. */
@Injectable()
class MarkerSubscription implements OnApplicationBootstrap, OnApplicationShutdown {
  #subscriptions: readonly Unsubscribable[] = [];

  constructor(
    private readonly broker: Broker,
    private readonly bus: EventBus,
    private readonly gaps: GapFiller,
    private readonly tracker: PositionTracker,
  ) {}

  /** Called by Nest. */
  onApplicationBootstrap(): void {
    this.#subscriptions = [
      // The tracker reads a marker when it numbers it: nothing is left to do here.
      this.bus.listen(markerChannel, () => undefined),
      this.broker.gaps.subscribe(() => {
        this.gaps.begin();
      }),
    ];
  }

  /** Called by Nest. */
  onApplicationShutdown(): void {
    this.gaps.close();
    this.tracker.close();
    for (const subscription of this.#subscriptions) {
      subscription.unsubscribe();
    }
  }
}

/** Records what is published on the in-memory broker. */
@Injectable()
class MemoryRecorder implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    private readonly broker: MemoryBroker,
    @Inject(HistoryStore) private readonly store: MemoryHistoryStore,
  ) {}

  /** Called by Nest. */
  onApplicationBootstrap(): void {
    this.broker.record = (channel, message) => {
      this.store.append(channel, message);
    };
    this.store.start();
  }

  /** Called by Nest. */
  onApplicationShutdown(): void {
    this.store.close();
    this.broker.record = undefined;
  }
}

/** The history of the last minutes. Without this module nothing is recorded, and no client is told a position. */
@Module({})
export class HistoryModule {
  static forRoot({
    redis,
    historyRedis,
    maxBytes,
    maxReplayBytes,
    decisionMs,
    records,
  }: HistoryOptions): DynamicModule {
    const settings = new HistorySettings({ maxBytes, maxReplayBytes, decisionMs });
    const overRedis = redis && RedisHistoryModule.forRoot({ history: historyRedis, settings, records });
    const tracker = {
      provide: PositionTracker,
      useFactory: (store: HistoryStore, statistics: HistoryStatistics, broker: Broker) =>
        new PositionTracker(store, settings, statistics, () => broker.ready),
      inject: [HistoryStore, HistoryStatistics, Broker],
    };
    const filler = {
      provide: GapFiller,
      useFactory: (
        store: HistoryStore,
        tracked: PositionTracker,
        statistics: HistoryStatistics,
        broker: Broker,
        bus: EventBus,
      ) =>
        new GapFiller(store, tracked, settings, statistics, {
          ready: () => broker.ready,
          channels: () => bus.channels,
        }),
      inject: [HistoryStore, PositionTracker, HistoryStatistics, Broker, EventBus],
    };
    const common = [
      tracker,
      filler,
      { provide: MessageHold, useExisting: GapFiller },
      { provide: MessageTagger, useExisting: PositionTracker },
      MarkerSubscription,
    ];
    return {
      module: HistoryModule,
      global: true,
      imports: overRedis === undefined ? [] : [overRedis],
      providers: overRedis === undefined ? [...inMemory(settings), ...common] : common,
      exports: [
        GapFiller,
        MessageHold,
        MessageTagger,
        PositionTracker,
        ...(overRedis === undefined ? [HistoryStore, HistorySettings, HistoryStatistics] : [overRedis]),
      ],
    };
  }
}

function inMemory(settings: HistorySettings) {
  return [
    HistoryStatistics,
    { provide: HistorySettings, useValue: settings },
    {
      provide: HistoryStore,
      useFactory: (broker: MemoryBroker, statistics: HistoryStatistics) =>
        new MemoryHistoryStore(
          (channel, text) => {
            broker.publish(channel, text);
          },
          settings,
          statistics,
        ),
      inject: [MemoryBroker, HistoryStatistics],
    },
    MemoryRecorder,
  ];
}
