import { Injectable, Optional } from '@nestjs/common';
import { AudienceStatistics } from '@fedistream/audience';
import { AuthStatistics } from '@fedistream/auth';
import { DatabasePool } from '@fedistream/database';
import { closeReasons, DeliveryStatistics, type ClientType } from '@fedistream/delivery';
import { BusStatistics, EventBus, Broker } from '@fedistream/event-bus';
import { HistoryStatistics } from '@fedistream/history';
import { RedisStatistics } from '@fedistream/redis';
import { StreamRegistry } from '@fedistream/stream-kit/server';
import { Counter, Gauge, Registry } from 'prom-client';
import { DescriptorMonitor } from './descriptor-monitor.js';
import { collectProcessMetrics } from './process-metrics.js';
import { streamMetrics } from './stream-metrics.js';
import { RefusalLog } from './refusal-log.js';

/** Reads the values of one metric, one for each combination of labels. */
type Reading = () => Iterable<readonly [labels: Readonly<Record<string, string>>, value: number]>;

const clientTypes: readonly ClientType[] = ['websocket', 'eventsource'];
const documentedPrefix = 'mastodon_streaming_';

/** The content type of Prometheus' text format. */
export const metricsContentType = Registry.PROMETHEUS_CONTENT_TYPE;

/** All metrics as Prometheus text. The libs count in plain numbers, which are read here at each scrape. */
@Injectable()
export class Metrics {
  /** The metrics of Mastodon's server, for which dashboards exist. */
  readonly #mastodon = new Registry();
  /** This server's own metrics, and those of the process. */
  readonly #own = new Registry();

  constructor(
    private readonly audience: AudienceStatistics,
    private readonly auth: AuthStatistics,
    private readonly pool: DatabasePool,
    private readonly delivery: DeliveryStatistics,
    private readonly received: BusStatistics,
    private readonly bus: EventBus,
    private readonly broker: Broker,
    private readonly registry: StreamRegistry,
    private readonly refusals: RefusalLog,
    private readonly descriptors: DescriptorMonitor,
    /** Absent for the in-memory broker. */
    @Optional() private readonly redis: RedisStatistics = new RedisStatistics(),
    /** Absent without a history. */
    @Optional() history?: HistoryStatistics,
  ) {
    this.#addMastodons();
    this.#addOurs();
    if (history !== undefined) {
      this.#addHistory(history);
    }
    collectProcessMetrics(this.#own);
  }

  /** All metrics. Mastodon's appear twice: with the names of its server, and with the prefix of its documentation. */
  async text(): Promise<string> {
    const plain = await this.#mastodon.metrics();
    const prefixed = plain.replace(/^(# (?:HELP|TYPE) )?(?=[a-z])/gm, `$1${documentedPrefix}`);
    return `${plain}\n${prefixed}\n${await this.#own.metrics()}`;
  }

  #addMastodons(): void {
    const { delivery, pool } = this;
    this.#gauge('connected_clients', 'Clients connected now', ['type'], () =>
      clientTypes.map((type) => [{ type }, delivery.of(type).connections]),
    );
    this.#gauge('connected_channels', 'Subscriptions open now', ['type', 'channel'], () =>
      clientTypes.flatMap((type) =>
        this.registry.names.map(
          (channel) => [{ type, channel }, delivery.of(type).subscriptions.get(channel) ?? 0] as const,
        ),
      ),
    );
    this.#counter('messages_sent_total', 'Events sent to clients', ['type'], () =>
      clientTypes.map((type) => [{ type }, delivery.of(type).sent]),
    );
    this.#counter(
      'redis_messages_received_total',
      'Messages received from Redis',
      [],
      single(() => this.received.received),
    );
    this.#gauge(
      'redis_subscriptions',
      'Redis channels subscribed to',
      [],
      single(() => this.bus.channelCount),
    );
    this.#gauge(
      'pg_pool_total_connections',
      'PostgreSQL connections',
      [],
      single(() => pool.total),
    );
    this.#gauge(
      'pg_pool_idle_connections',
      'PostgreSQL connections not in use',
      [],
      single(() => pool.idle),
    );
    this.#gauge(
      'pg_pool_waiting_queries',
      'Statements waiting for a connection',
      [],
      single(() => pool.waiting),
    );
  }

  #addOurs(): void {
    const { audience, auth, delivery, received, refusals, broker, pool, redis } = this;
    const own = this.#own;
    this.#gauge(
      'fedistream_broker_up',
      'Whether the broker can deliver messages',
      [],
      single(() => Number(broker.ready)),
      own,
    );
    this.#gauge(
      'fedistream_database_up',
      'Whether the last statement to PostgreSQL succeeded',
      [],
      single(() => Number(pool.up)),
      own,
    );
    this.#counter(
      'fedistream_redis_connections_lost_total',
      'Broker connections lost after they had been established',
      [],
      single(() => redis.connectionsLost),
      own,
    );
    this.#counter(
      'fedistream_redis_commands_failed_total',
      'Commands that Redis refused or did not answer in time',
      [],
      single(() => redis.commandsFailed),
      own,
    );
    this.#gauge(
      'fedistream_presence_failing',
      'Whether Redis refuses presence keys, so that new clients are refused',
      [],
      single(() => Number(redis.presenceFailing)),
      own,
    );
    this.#counter(
      'fedistream_messages_malformed_total',
      'Messages dropped because they are no events',
      ['reason'],
      byName('reason', received.malformed),
      own,
    );
    this.#counter(
      'fedistream_listener_errors_total',
      'Errors thrown by listeners of the event bus; each is a bug',
      [],
      single(() => received.listenerErrors),
      own,
    );
    this.#counter(
      'fedistream_connections_closed_total',
      'Connections ended, by reason',
      ['reason'],
      () => Object.values(closeReasons).map(({ name }) => [{ reason: name }, delivery.closed.get(name) ?? 0]),
      own,
    );
    this.#counter(
      'fedistream_authentications_total',
      'Tokens accepted',
      [],
      single(() => auth.authenticated),
      own,
    );
    this.#counter(
      'fedistream_refusals_total',
      'Requests and WebSocket messages refused, by error',
      ['error'],
      byName('error', refusals.byCode),
      own,
    );
    this.#counter(
      'fedistream_event_streams_unanswered_total',
      'Temporary refusals of browser event streams, closed without an answer so that they reconnect',
      [],
      single(() => refusals.unanswered),
      own,
    );
    this.#counter(
      'fedistream_file_descriptors_exhausted_total',
      'Seconds in which the process had no free file descriptor and new connections were dropped',
      [],
      single(() => this.descriptors.exhausted),
      own,
    );
    this.#counter(
      'fedistream_revocations_total',
      'Connections ended for lack of authorisation, by cause',
      ['reason'],
      byName('reason', auth.revoked),
      own,
    );
    this.#counter(
      'fedistream_audience_evaluated_total',
      'Statuses evaluated for their listeners',
      [],
      single(() => audience.evaluated),
      own,
    );
    this.#counter(
      'fedistream_audience_dropped_total',
      'Events dropped for all viewers',
      ['reason'],
      byName('reason', audience.dropped),
      own,
    );
    this.#counter(
      'fedistream_audience_statements_total',
      'SQL statements sent to evaluate statuses',
      [],
      single(() => audience.statements),
      own,
    );
    this.#counter(
      'fedistream_audience_statements_failed_total',
      'Statements that failed or exceeded their deadline',
      [],
      single(() => audience.statementsFailed),
      own,
    );
    this.#gauge(
      'fedistream_audience_waiting',
      'Events waiting for their evaluation',
      [],
      single(() => audience.waiting),
      own,
    );
    this.#gauge(
      'fedistream_audience_waiting_bytes',
      'Size of the events waiting for their evaluation',
      [],
      single(() => audience.waitingBytes),
      own,
    );
    this.#counter(
      'fedistream_audience_dropped_for_viewer_total',
      'Events that a viewer did not receive because the filters of that viewer could not be loaded in time',
      [],
      single(() => audience.droppedForViewer),
      own,
    );
    this.#gauge(
      'fedistream_audience_filter_accounts',
      'Accounts whose filters are cached',
      [],
      single(() => audience.filterAccounts),
      own,
    );
    this.#gauge(
      'fedistream_audience_filter_keywords',
      'Different keywords in the cached filters',
      [],
      single(() => audience.keywords),
      own,
    );
    this.#counter(
      'fedistream_audience_filter_loads_total',
      "Loads of an account's filters",
      [],
      single(() => audience.filterLoads),
      own,
    );
    for (const { kind, name, help, labels, read } of streamMetrics(this.registry, delivery)) {
      const add = kind === 'gauge' ? this.#gauge.bind(this) : this.#counter.bind(this);
      add(name, help, [...labels], read, own);
    }
  }

  #addHistory(history: HistoryStatistics): void {
    const own = this.#own;
    const counter = (name: string, help: string, read: () => number) => {
      this.#counter(`fedistream_history_${name}`, help, [], single(read), own);
    };
    const gauge = (name: string, help: string, read: () => number) => {
      this.#gauge(`fedistream_history_${name}`, help, [], single(read), own);
    };
    this.#counter(
      'fedistream_history_resumes_total',
      'Resumes, by result: recovered, or why what a client missed was not replayed',
      ['result'],
      byName('result', history.resumes),
      own,
    );
    counter('replayed_total', 'Events written because of a resume', () => history.replayed);
    counter('fences_total', 'Fences that a recorder acknowledged', () => history.fences);
    counter('fence_seconds_total', 'Time that these fences took', () => history.fenceMs / 1_000);
    counter('fences_lost_total', 'Fences that no recorder acknowledged in time', () => history.fencesLost);
    counter('epochs_total', 'Epochs that this process began: earlier positions were lost', () => history.epochs);
    counter('recorded_total', 'Messages that this process recorded', () => history.recorded);
    gauge('recording', 'Whether this process is the recorder', () => Number(history.recording));
    gauge('recorder_lag', 'Messages that wait to be recorded', () => history.lag);
    gauge('bytes', 'Size of the history, as its recorder knows it', () => history.bytes);
  }

  #gauge(name: string, help: string, labelNames: string[], read: Reading, registry = this.#mastodon): void {
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      collect() {
        for (const [labels, value] of read()) {
          this.set(labels, value);
        }
      },
    });
  }

  #counter(name: string, help: string, labelNames: string[], read: Reading, registry = this.#mastodon): void {
    new Counter({
      name,
      help,
      labelNames,
      registers: [registry],
      collect() {
        this.reset();
        for (const [labels, value] of read()) {
          this.inc(labels, value);
        }
      },
    });
  }
}

function single(read: () => number): Reading {
  return () => [[{}, read()]];
}

function byName(label: string, counters: object): Reading {
  return () => Object.entries(counters).map(([name, value]) => [{ [label]: name }, Number(value)]);
}
