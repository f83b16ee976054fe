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

/** Waits until the metric has this value. */
export async function untilMetric(
  server: Server,
  name: string,
  labels: Readonly<Record<string, string>>,
  value: number,
): Promise<void> {
  await until(
    `${name}${JSON.stringify(labels)} is ${value}`,
    async () => (await metric(server, name, labels)) === value,
  );
}
