import { httpRequest } from './http.js';
import type { Server } from './server.js';
import { until } from './until.js';

/** The value of a metric; `undefined` when the server does not show it. Without labels: the one line that has none. */
export async function metric(
  server: Server,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number | undefined> {
  const { body } = await httpRequest(server.url('/metrics'));
  return readMetric(body, name, labels);
}

/** The value of a metric in the text of `/metrics`; see {@link metric}. */
export function readMetric(
  body: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  for (const line of body.split('\n')) {
    const [, found, given = '', value] = /^([a-zA-Z_:]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    const pairs = given === '' ? [] : given.split(/,(?=[a-zA-Z_]+=")/);
    if (found === name && pairs.length === wanted.length && wanted.every((pair) => pairs.includes(pair))) {
      return Number(value);
    }
  }
  return undefined;
}

/**
 * Waits until the metric has this value, or one that the predicate accepts. A count may rise after the response to what
 * is counted, so tests wait for it.
 */
export async function untilMetric(
  server: Server,
  name: string,
  labels: Readonly<Record<string, string>>,
  value: number | ((value: number) => boolean),
): Promise<void> {
  let last: number | undefined;
  await until(`${name}${JSON.stringify(labels)} is ${String(value)}`, async () => {
    last = await metric(server, name, labels);
    return last !== undefined && (typeof value === 'number' ? last === value : value(last));
  }).catch((error: unknown) => {
    throw new Error(`It is ${String(last)}.`, { cause: error });
  });
}

/** Every series of Mastodon's server, for streams of these names. Its documentation prefixes them `mastodon_streaming_`. */
export function mastodonSeries(streams: readonly string[]): readonly string[] {
  const types = ['websocket', 'eventsource'];
  return [
    ...types.map((type) => `connected_clients{type="${type}"}`),
    ...types.flatMap((type) => streams.map((name) => `connected_channels{type="${type}",channel="${name}"}`)),
    ...types.map((type) => `messages_sent_total{type="${type}"}`),
    'redis_messages_received_total',
    'redis_subscriptions',
    'pg_pool_total_connections',
    'pg_pool_idle_connections',
    'pg_pool_waiting_queries',
  ];
}
