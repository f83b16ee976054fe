import type { DatabasePool } from '@fedistream/database';
import type { ClientType, DeliveryStatistics } from '@fedistream/delivery';
import type { BusStatistics, EventBus } from '@fedistream/event-bus';
import type { StreamRegistry } from '@fedistream/stream-kit/server';
import { counter, gauge, type Metric } from './metric.js';

/** Where the values of Mastodon's metrics are counted. */
export interface MastodonSources {
  readonly delivery: DeliveryStatistics;
  readonly received: BusStatistics;
  readonly bus: EventBus;
  readonly pool: DatabasePool;
  readonly registry: StreamRegistry;
}

const clientTypes: readonly ClientType[] = ['websocket', 'eventsource'];

/** The metrics of Mastodon's server, under its names: dashboards for them exist. */
export function mastodonMetrics({ delivery, received, bus, pool, registry }: MastodonSources): readonly Metric[] {
  return [
    {
      kind: 'gauge',
      name: 'connected_clients',
      help: 'Clients connected now',
      labels: ['type'],
      read: () => clientTypes.map((type) => [{ type }, delivery.of(type).connections]),
    },
    {
      kind: 'gauge',
      name: 'connected_channels',
      help: 'Subscriptions open now',
      labels: ['type', 'channel'],
      read: () =>
        clientTypes.flatMap((type) =>
          registry.names.map(
            (channel) => [{ type, channel }, delivery.of(type).subscriptions.get(channel) ?? 0] as const,
          ),
        ),
    },
    {
      kind: 'counter',
      name: 'messages_sent_total',
      help: 'Events sent to clients',
      labels: ['type'],
      read: () => clientTypes.map((type) => [{ type }, delivery.of(type).sent]),
    },
    counter('redis_messages_received_total', 'Messages received from Redis', () => received.received),
    gauge('redis_subscriptions', 'Redis channels subscribed to', () => bus.channelCount),
    gauge('pg_pool_total_connections', 'PostgreSQL connections', () => pool.total),
    gauge('pg_pool_idle_connections', 'PostgreSQL connections not in use', () => pool.idle),
    gauge('pg_pool_waiting_queries', 'Statements waiting for a connection', () => pool.waiting),
  ];
}
