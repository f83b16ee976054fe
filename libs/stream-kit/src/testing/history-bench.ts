import type { AudienceStore } from '@fedistream/audience';
import type { Channel } from '@fedistream/domain';
import { decode, MalformedMessage } from '@fedistream/event-bus';
import {
  HistorySettings,
  HistoryStatistics,
  MemoryHistoryStore,
  PositionTracker,
  type TicketStore,
} from '@fedistream/history';
import type { StreamDefinition } from '../modules/stream-definition.js';
import { StreamBench } from './stream-bench.js';

/** What a {@link HistoryBench} may be told. */
export interface HistoryBenchOptions {
  readonly audience?: AudienceStore;
  readonly settings?: HistorySettings;
  readonly tickets?: TicketStore;
}

/** A {@link StreamBench} of a server that keeps a history: what is published is recorded, and has a place. */
export class HistoryBench {
  readonly statistics = new HistoryStatistics();
  readonly store: MemoryHistoryStore;
  readonly tracker: PositionTracker;
  readonly bench: StreamBench;
  /** Whether this server receives what is published. */
  connected = true;
  /** The position of the last message that it has received. */
  position = '';

  constructor(
    definitions: readonly StreamDefinition[],
    { audience, settings = new HistorySettings(), tickets }: HistoryBenchOptions = {},
  ) {
    this.store = new MemoryHistoryStore(this.publish, settings, this.statistics);
    this.tracker = new PositionTracker(this.store, settings, this.statistics, () => this.connected);
    this.bench = new StreamBench(definitions, audience, {
      history: {
        tracker: this.tracker,
        store: this.store,
        settings,
        statistics: this.statistics,
        ...(tickets && { tickets }),
      },
    });
    this.store.start();
  }

  /** Publishes a message as the platform does. */
  readonly publish = (channel: Channel, text: string): void => {
    const message = Buffer.from(text);
    this.store.append(channel, message);
    if (this.connected) {
      const origin = this.tracker.tag(channel, message);
      const event = decode(message);
      if (!(event instanceof MalformedMessage)) {
        event.placeAt(origin);
        this.bench.bus.publish(channel, event);
        this.position = origin.position ?? '';
      }
    }
  };

  /** Loses what is published meanwhile, as while the connection to the broker is down. */
  miss(publish: () => void): void {
    this.connected = false;
    publish();
    this.connected = true;
    this.tracker.missed();
  }

  /** Ends all timers. */
  stop(): void {
    this.tracker.close();
    this.store.close();
    this.bench.stop();
  }
}
