import { authorization, httpRequest, mastodonSeries, streamingPath } from '../support/index.js';
import type { Expectation } from './expectation.js';
import { logins, typeOf } from './requests.expectations.js';
import { documentedStreams } from './streams.js';

const preflightPaths = [
  ...documentedStreams.map(({ path }) => `${streamingPath}/${path}`),
  `${streamingPath}/health`,
  `${streamingPath}/nothing`,
  '/metrics',
];

/** A browser asks before it sends the Authorization header. */
const preflights: readonly Expectation[] = preflightPaths.map((path) => ({
  title: `OPTIONS ${path}`,
  source: 'Mastodon',
  expected: { status: 204, anyOrigin: '*', get: true, headers: 'authorization,x-anything' },
  async observe({ server }) {
    const { status, headers } = await httpRequest(server.url(path), {
      method: 'OPTIONS',
      headers: {
        Origin: 'https://client.example',
        'Access-Control-Request-Method': 'GET',
        'Access-Control-Request-Headers': 'authorization,x-anything',
      },
    });
    return {
      status,
      anyOrigin: headers['access-control-allow-origin'],
      get: /\bGET\b/.test(headers['access-control-allow-methods'] ?? ''),
      headers: headers['access-control-allow-headers']?.replaceAll(', ', ','),
    };
  },
}));

const health: readonly Expectation[] = ['', '?any=thing'].flatMap((query) =>
  logins.slice(0, 3).map(({ name, token }): Expectation => ({
    title: `GET ${streamingPath}/health${query} ${name}`,
    source: 'Mastodon',
    expected: { status: 200, type: 'text/plain', caching: 'private, no-store', body: 'OK' },
    async observe(target) {
      const headers = authorization({ token: await token(target) });
      const {
        status,
        body,
        headers: answered,
      } = await httpRequest(target.server.url(`${streamingPath}/health${query}`), {
        headers,
      });
      return { status, type: typeOf(answered['content-type']), caching: answered['cache-control'], body };
    },
  })),
);

const series = mastodonSeries(documentedStreams.map(({ name }) => name));

/** Dashboards read these series. */
const metrics: readonly Expectation[] = series.map((name) => ({
  title: `GET /metrics has ${name}`,
  source: 'Mastodon',
  expected: true,
  observe: async ({ server }) =>
    (await httpRequest(server.url('/metrics'))).body.split('\n').some((line) => line.startsWith(`${name} `)),
}));

const otherMethods: readonly Expectation[] = ['POST', 'PUT', 'PATCH', 'DELETE'].flatMap((method) =>
  ['user', 'health', 'nothing'].map((path): Expectation => ({
    title: `${method} ${streamingPath}/${path}`,
    source: 'Fedistream',
    expected: { status: 405, allow: 'GET, HEAD, OPTIONS' },
    async observe({ server, persons }) {
      const { status, headers } = await httpRequest(server.url(`${streamingPath}/${path}`), {
        method,
        headers: authorization(persons.viewer),
      });
      return { status, allow: headers.allow };
    },
  })),
);

/** Requests for everything but streams: preflights, health, metrics, other methods. */
export const serviceExpectations: readonly Expectation[] = [...preflights, ...health, ...metrics, ...otherMethods];
