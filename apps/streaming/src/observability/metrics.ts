import { Injectable, Optional } from '@nestjs/common';
import { AudienceStatistics } from '@fedistream/audience';
import { AuthStatistics } from '@fedistream/auth';
import { DatabasePool } from '@fedistream/database';
import { closeReasons, DeliveryStatistics, type ClientType } from '@fedistream/delivery';
import { BusStatistics, EventBus, Broker } from '@fedistream/event-bus';
import { RedisStatistics } from '@fedistream/redis';
import { StreamRegistry } from '@fedistream/stream-kit/server';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { Refusals } from './refusals.js';

/** Values of one metric: a number, or one for each combination of labels. */
type Reading = () => Iterable<readonly [labels: Readonly<Record<string, string>>, value: number]>;

const clientTypes: readonly ClientType[] = ['websocket', 'eventsource'];
const documentedPrefix = 'mastodon_streaming_';

/**
 * Everything that can be measured, as Prometheus text. The libs count in plain numbers; they are read here, when
 * somebody asks.
 */
@Injectable()
export class Metrics {
  /** The names of Mastodon's server, for which dashboards exist. */
  readonly #mastodon = new Registry();
  /** Our own, and those of the process. */
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
    private readonly refusals: Refusals,
    /** Of a broker that is not Redis there is nothing to count. */
    @Optional() private readonly redis: RedisStatistics = new RedisStatistics(),
  ) {
    this.#addMastodons();
    this.#addOurs();
    collectDefaultMetrics({ register: this.#own });
  }

  /** The content type that Prometheus expects. */
  get contentType(): string {
    return this.#own.contentType;
  }

  /** All metrics. Mastodon's appear twice: as its server names them, and with the prefix that its documentation gives them. */
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
      'Whether messages can arrive',
      [],
      single(() => Number(broker.ready)),
      own,
    );
    this.#gauge(
      'fedistream_database_up',
      'Whether the last question to PostgreSQL was answered',
      [],
      single(() => Number(pool.up)),
      own,
    );
    this.#counter(
      'fedistream_redis_connections_lost_total',
      'Connections for messages that were lost after they had worked',
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
    this.#counter(
      'fedistream_messages_malformed_total',
      'Messages dropped because they are no events',
      ['reason'],
      byName('reason', received.malformed),
      own,
    );
    this.#counter(
      'fedistream_listener_errors_total',
      'Errors thrown by who listens to events; each is a bug',
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
      'fedistream_revocations_total',
      'Connections ended for lack of authorisation',
      ['reason'],
      byName('reason', auth.revoked),
      own,
    );
    this.#counter(
      'fedistream_audience_judged_total',
      'Statuses decided for everybody who listens',
      [],
      single(() => audience.evaluated),
      own,
    );
    this.#counter(
      'fedistream_audience_dropped_total',
      'Events dropped for everybody',
      ['reason'],
      byName('reason', audience.dropped),
      own,
    );
    this.#counter(
      'fedistream_audience_statements_total',
      'SQL statements asked for decisions',
      [],
      single(() => audience.statements),
      own,
    );
    this.#counter(
      'fedistream_audience_statements_failed_total',
      'Statements that failed or came too late',
      [],
      single(() => audience.statementsFailed),
      own,
    );
    this.#gauge(
      'fedistream_audience_waiting',
      'Events that wait for a decision',
      [],
      single(() => audience.waiting),
      own,
    );
    this.#gauge(
      'fedistream_audience_filter_accounts',
      'Accounts whose filters are known',
      [],
      single(() => audience.filterAccounts),
      own,
    );
    this.#gauge(
      'fedistream_audience_filter_keywords',
      'Different keywords in the filters that are known',
      [],
      single(() => audience.keywords),
      own,
    );
    this.#counter(
      'fedistream_audience_filter_loads_total',
      'Accounts whose filters were read',
      [],
      single(() => audience.filterLoads),
      own,
    );
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
