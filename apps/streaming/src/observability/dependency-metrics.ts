import type { DatabasePool } from '@fedistream/database';
import type { Broker, BusStatistics } from '@fedistream/event-bus';
import type { RedisStatistics } from '@fedistream/redis';
import { counter, counterBy, gauge, type Metric } from './metric.js';

/** Where the values are counted. */
export interface DependencySources {
  readonly broker: Broker;
  readonly pool: DatabasePool;
  readonly received: BusStatistics;
  readonly redis: RedisStatistics;
}

/** What this process needs from others: Redis, PostgreSQL, and publishers of well-formed events. */
export function dependencyMetrics({ broker, pool, received, redis }: DependencySources): readonly Metric[] {
  return [
    gauge('fedistream_broker_up', 'Whether the broker can deliver messages', () => Number(broker.ready)),
    gauge('fedistream_database_up', 'Whether the last statement to PostgreSQL succeeded', () => Number(pool.up)),
    counter(
      'fedistream_redis_connections_lost_total',
      'Broker connections lost after they had been established',
      () => redis.connectionsLost,
    ),
    counter(
      'fedistream_redis_commands_failed_total',
      'Commands that Redis refused or did not answer in time',
      () => redis.commandsFailed,
    ),
    gauge('fedistream_presence_failing', 'Whether Redis refuses presence keys, so that new clients are refused', () =>
      Number(redis.presenceFailing),
    ),
    counterBy(
      'fedistream_messages_malformed_total',
      'Messages dropped because they are no events',
      'reason',
      () => received.malformed,
    ),
    counter(
      'fedistream_listener_errors_total',
      'Errors thrown by listeners of the event bus; each is a bug',
      () => received.listenerErrors,
    ),
  ];
}
