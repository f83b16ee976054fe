import type { Document } from './asyncapi.js';
import type { CatalogueEntry } from './catalogue.js';

const errors = {
  400: 'An unknown path, or a parameter that is missing or wrong',
  401: 'No token, an invalid one, one without the scopes, or a viewer who may not have the stream',
  429: 'Too many subscriptions; Retry-After says when to come back',
  503: 'A dependency is down; Retry-After says when to come back',
} as const;

/**
 * The OpenAPI 3.1 document of the server-sent events: a path for each stream.
 * https://spec.openapis.org/oas/v3.1.0
 *
 * @param version the server's version
 */
export function openApiOf(entries: readonly CatalogueEntry[], version: string): Document {
  return {
    openapi: '3.1.0',
    info: { title: 'Streaming API', version, description: 'https://docs.joinmastodon.org/methods/streaming/' },
    paths: Object.fromEntries(
      entries.flatMap((entry) => (entry.path === undefined ? [] : [[entry.path, pathOf(entry)]])),
    ),
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: { type: 'object', required: ['error'], properties: { error: { type: 'string' } } } },
    },
  };
}

function pathOf({ name, scopes, audience, params, flags, events, module }: CatalogueEntry): Document {
  return {
    get: {
      operationId: name.replaceAll(':', '_'),
      summary: `Events of ${name}`,
      description: `Events: ${Object.keys(events).join(', ')}.`,
      tags: [module.name],
      parameters: [
        ...Object.entries(params).map(([parameter, { optional, max, schema, example }]) => ({
          name: parameter,
          in: 'query',
          required: !optional,
          ...(max === undefined
            ? { schema }
            : { schema: { type: 'array', items: schema, maxItems: max }, explode: true }),
          example: max === undefined ? example : [example],
        })),
        ...flags.map((flag) => ({ name: flag, in: 'query', schema: { type: 'boolean' } })),
      ],
      security: scopes.map((scope) => ({ token: [scope] })),
      responses: {
        200: { description: 'The stream', content: { 'text/event-stream': { schema: { type: 'string' } } } },
        ...Object.fromEntries(
          Object.entries(errors).map(([status, description]) => [
            status,
            { description, content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } },
          ]),
        ),
      },
      'x-audience': audience,
      'x-owner': module.owner,
      'x-package': module.package,
    },
  };
}
