import { HistorySettings, HistoryStatistics, HistoryStore, TicketStore } from '@fedistream/history';
import {
  Inject,
  Injectable,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { RedisConnections } from '../redis-connections.js';
import type { RedisSettings } from '../redis-settings.js';
import { Recorder } from './recorder.js';
import type { RecorderOptions } from './recorder-options.js';
import { RedisHistoryStore } from './redis-history-store.js';
import { RedisTicketStore } from './redis-ticket-store.js';

/** How a process takes part in history. */
export interface RedisHistoryOptions {
  /** The Redis that keeps the history, in the namespace of the platform's; by default the platform's. */
  readonly history?: RedisSettings | undefined;
  readonly settings: HistorySettings;
  /** Whether this process records when no other does. */
  readonly records: boolean;
}

const recorderOptions = Symbol('RecorderOptions');
const records = Symbol('records');

/** Runs what history needs in this process: its connections, and the recorder. */
@Injectable()
class HistoryProcess implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #recorder: Recorder | undefined;
  /** The connections to a Redis that keeps nothing but the history. */
  readonly #own: RedisConnections | undefined;

  constructor(
    private readonly store: RedisHistoryStore,
    private readonly tickets: RedisTicketStore,
    @Inject(recorderOptions) options: RecorderOptions,
    @Inject(records) mayRecord: boolean,
  ) {
    const { platform, history } = options;
    this.#own = history === platform ? undefined : history;
    this.#recorder = mayRecord ? new Recorder(options) : undefined;
  }

  onApplicationBootstrap(): void {
    this.#own?.start();
    this.store.start();
    this.tickets.start();
    this.#recorder?.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#recorder?.close();
    this.store.close();
    this.tickets.close();
    this.#own?.close();
  }
}

/**
 * History over Redis Streams: provides {@link HistoryStore}, and records where that is asked for. It needs the `RedisModule` as
 * the broker of the event bus: the Redis of that one is the platform's.
 */
@Module({})
export class RedisHistoryModule {
  /** Connects to nothing before the application starts. */
  static forRoot({ history, settings, records: mayRecord }: RedisHistoryOptions): DynamicModule {
    return {
      module: RedisHistoryModule,
      providers: [
        HistoryStatistics,
        { provide: HistorySettings, useValue: settings },
        { provide: records, useValue: mayRecord },
        {
          provide: recorderOptions,
          useFactory: (statistics: HistoryStatistics, platform: RedisConnections): RecorderOptions => {
            const { namespace = '' } = platform.settings;
            const prefix = namespace === '' ? '' : `${namespace}:`;
            const other = history && new RedisConnections(history, platform.log);
            return { platform, history: other ?? platform, prefix, settings, statistics };
          },
          inject: [HistoryStatistics, RedisConnections],
        },
        {
          provide: RedisHistoryStore,
          useFactory: (options: RecorderOptions) => new RedisHistoryStore(options),
          inject: [recorderOptions],
        },
        {
          provide: RedisTicketStore,
          useFactory: (options: RecorderOptions) => new RedisTicketStore(options),
          inject: [recorderOptions],
        },
        { provide: HistoryStore, useExisting: RedisHistoryStore },
        { provide: TicketStore, useExisting: RedisTicketStore },
        HistoryProcess,
      ],
      exports: [HistoryStore, HistorySettings, HistoryStatistics, TicketStore],
    };
  }
}
