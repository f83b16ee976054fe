import { unreadyReasons } from './readiness-report.js';

/** The parameters by which connections are chosen. */
export const filterParameters = {
  account: 'Id of an account',
  token: 'Id of an access token, not the token itself',
  address: 'Address of a client, behind the trusted proxies',
  stream: 'Name of a stream that the connection is subscribed to, as `public:local`',
} as const;

/** The parameters of `POST /shed`. */
export const shedParameters = {
  connections: { description: 'How many connections are closed', schema: { type: 'integer', minimum: 1 } },
  seconds: { description: 'Over how long, in random order', schema: { type: 'integer', minimum: 1, maximum: 86_400 } },
} as const;

const json = (description: string, schema: object) => ({ description, content: { 'application/json': { schema } } });
const counts = { type: 'object', additionalProperties: { type: 'integer' } };
const groups = { type: 'object', additionalProperties: { $ref: '#/components/schemas/Group' } };
const group = {
  type: 'object',
  required: ['connections', 'oldest', 'waitingBytes'],
  properties: {
    connections: { type: 'integer' },
    oldest: { type: 'string', format: 'date-time', description: 'When the oldest of them was opened' },
    waitingBytes: { type: 'integer', description: 'What their clients have not read' },
  },
};
const refusals = {
  400: json('No account, token or address, or an unknown parameter', { $ref: '#/components/schemas/Error' }),
  403: json('The request comes from a web page, or names a host that is no address', {
    $ref: '#/components/schemas/Error',
  }),
};

/** Parameters in the query: all of {@link filterParameters}. */
const filter = Object.entries(filterParameters).map(([name, description]) => ({
  name,
  in: 'query',
  description,
  schema: { type: 'string' },
}));

/** The OpenAPI 3.1 document of the internal listener. https://spec.openapis.org/oas/v3.1.0 */
export const adminOpenApi = {
  openapi: '3.1.0',
  info: {
    title: 'Internal listener',
    version: '1',
    description: 'Probes, metrics and connections of one process. It asks for no token: never publish it.',
  },
  paths: {
    '/live': {
      get: {
        operationId: 'live',
        summary: 'Whether the event loop answers',
        responses: { 200: json('It does', { type: 'object', properties: { live: { const: true } } }) },
      },
    },
    '/ready': {
      get: {
        operationId: 'ready',
        summary: 'Whether load balancers should send clients to this process',
        responses: {
          200: json('They should', { $ref: '#/components/schemas/Readiness' }),
          503: json('They should not, for these reasons', { $ref: '#/components/schemas/Readiness' }),
        },
      },
    },
    '/metrics': {
      get: {
        operationId: 'metrics',
        summary: 'Metrics in Prometheus’ text format',
        responses: { 200: { description: 'All metrics', content: { 'text/plain': { schema: { type: 'string' } } } } },
      },
    },
    '/connections': {
      get: {
        operationId: 'describeConnections',
        summary: 'Open connections that match every given parameter',
        parameters: filter,
        responses: { 200: json('Their totals', { $ref: '#/components/schemas/Overview' }), ...refusals },
      },
      delete: {
        operationId: 'closeConnections',
        summary: 'Closes the connections of an account, a token or an address; their clients are told not to come back',
        parameters: filter,
        responses: {
          200: json('How many are closed', { type: 'object', properties: { closed: { type: 'integer' } } }),
          ...refusals,
        },
      },
    },
    '/drain': {
      post: {
        operationId: 'drain',
        summary: 'Does what SIGTERM does, except that the process keeps running',
        responses: {
          202: json('It has begun', { type: 'object', properties: { draining: { const: true } } }),
          403: refusals[403],
        },
      },
    },
    '/shed': {
      post: {
        operationId: 'shed',
        summary: 'Closes some connections over a window; their clients reconnect, to any process',
        parameters: Object.entries(shedParameters).map(([name, { description, schema }]) => ({
          name,
          in: 'query',
          required: true,
          description,
          schema,
        })),
        responses: {
          202: json('It has begun', {
            type: 'object',
            properties: { closing: { type: 'integer' }, seconds: { type: 'integer' } },
          }),
          400: json('A parameter is missing, unknown or out of its bounds', { $ref: '#/components/schemas/Error' }),
          403: refusals[403],
          409: json('Load is being shed already, or the process drains', { $ref: '#/components/schemas/Error' }),
        },
      },
    },
    '/openapi.json': {
      get: {
        operationId: 'document',
        summary: 'This document',
        responses: { 200: json('OpenAPI 3.1', { type: 'object' }) },
      },
    },
  },
  components: {
    schemas: {
      Error: { type: 'object', required: ['error'], properties: { error: { type: 'string' } } },
      Group: group,
      Readiness: {
        type: 'object',
        required: ['ready', 'reasons'],
        properties: {
          ready: { type: 'boolean' },
          reasons: { type: 'array', items: { enum: [...unreadyReasons] } },
        },
      },
      Overview: {
        type: 'object',
        description: 'Groups are the 20 largest',
        required: ['total', 'byTransport', 'byStream', 'byAccount', 'byToken', 'byAddress', 'slowest'],
        properties: {
          total: { type: 'integer' },
          byTransport: counts,
          byStream: groups,
          byAccount: groups,
          byToken: groups,
          byAddress: groups,
          slowest: {
            type: 'array',
            description: 'The 20 connections with most unread output',
            items: {
              type: 'object',
              properties: {
                account: { type: 'string' },
                token: { type: 'string' },
                address: { type: 'string' },
                transport: { enum: ['websocket', 'eventsource'] },
                openedAt: { type: 'string', format: 'date-time' },
                waitingBytes: { type: 'integer' },
                streams: { type: 'integer' },
              },
            },
          },
        },
      },
    },
  },
} as const;
