import { HistorySettings, HistoryStatistics, HistoryStore, TicketStore } from '@fedistream/history';
import {
  Inject,
  Injectable,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { RedisLog } from '../redis-log.js';
import type { RedisSettings } from '../redis-settings.js';
import { RedisStatistics } from '../redis-statistics.js';
import { Recorder, type RecorderOptions } from './recorder.js';
import { RedisHistoryStore } from './redis-history-store.js';
import { RedisTicketStore } from './redis-ticket-store.js';

/** How a process takes part in history. */
export interface RedisHistoryOptions {
  /** The Redis on which the platform publishes. */
  readonly platform: RedisSettings;
  /** The Redis that keeps the history, with the same namespace; by default the platform's. */
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

  constructor(
    private readonly store: RedisHistoryStore,
    private readonly tickets: RedisTicketStore,
    @Inject(recorderOptions) options: RecorderOptions,
    @Inject(records) mayRecord: boolean,
  ) {
    this.#recorder = mayRecord ? new Recorder(options) : undefined;
  }

  onApplicationBootstrap(): void {
    this.store.start();
    this.tickets.start();
    this.#recorder?.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#recorder?.close();
    this.store.close();
    this.tickets.close();
  }
}

/** History over Redis Streams: provides {@link HistoryStore}, and records where that is asked for. */
@Module({})
export class RedisHistoryModule {
  /** Connects to nothing before the application starts. */
  static forRoot({ platform, history = platform, settings, records: mayRecord }: RedisHistoryOptions): DynamicModule {
    const { namespace } = platform;
    const prefix = namespace === undefined || namespace === '' ? '' : `${namespace}:`;
    return {
      module: RedisHistoryModule,
      providers: [
        HistoryStatistics,
        { provide: HistorySettings, useValue: settings },
        { provide: records, useValue: mayRecord },
        {
          provide: recorderOptions,
          useFactory: (statistics: HistoryStatistics, redis?: RedisStatistics): RecorderOptions => {
            const log = new RedisLog(redis ?? new RedisStatistics());
            return { platform, history, prefix, settings, statistics, log };
          },
          inject: [HistoryStatistics, { token: RedisStatistics, optional: true }],
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
