import type { JsonSchema } from '@fedistream/domain';
import type { CatalogueEntry } from './catalogue.js';

/** A JSON document. */
export type Document = Readonly<Record<string, unknown>>;

/**
 * The AsyncAPI 3.0 document of the WebSocket side: a channel for each name, a message for each event.
 * https://www.asyncapi.com/docs/reference/specification/v3.0.0
 *
 * @param version the server's version
 */
export function asyncApiOf(entries: readonly CatalogueEntry[], version: string): Document {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Streaming API',
      version,
      description:
        'Clients open one WebSocket at /api/v1/streaming and send {"type":"subscribe","stream":NAME, ...parameters}. https://docs.joinmastodon.org/methods/streaming/#websocket',
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(entries.map((entry) => [keyOf(entry), channelOf(entry)])),
    operations: Object.fromEntries(
      entries.map((entry) => [
        `receive.${keyOf(entry)}`,
        {
          action: 'send',
          summary: `The server sends events of ${entry.name}`,
          channel: { $ref: `#/channels/${keyOf(entry)}` },
          security: [{ $ref: '#/components/securitySchemes/token' }],
        },
      ]),
    ),
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  };
}

/** Names of channels must not have a colon. */
function keyOf({ name }: CatalogueEntry): string {
  return name.replaceAll(':', '.');
}

function channelOf(entry: CatalogueEntry): Document {
  const { name, scopes, audience, params, events, open, module } = entry;
  return {
    address: name,
    description: open ? 'Events of other names may arrive, too.' : 'Events of no other names arrive.',
    messages: Object.fromEntries(
      Object.entries(events).map(([event, { schema }]) => [event, messageOf(entry, event, schema)]),
    ),
    tags: [{ name: module.name }],
    'x-scopes': scopes,
    'x-audience': audience,
    'x-owner': module.owner,
    'x-package': module.package,
    'x-parameters': Object.fromEntries(
      Object.entries(params).map(([parameter, { optional, max, schema, example }]) => [
        parameter,
        { required: !optional, ...(max === undefined ? {} : { maxItems: max }), schema, example },
      ]),
    ),
  };
}

/** One frame. The payload is JSON text within the frame's JSON. */
function messageOf({ name }: CatalogueEntry, event: string, schema: JsonSchema): Document {
  const bare = 'not' in schema;
  const isText = schema['type'] === 'string' || 'const' in schema;
  const payload = isText
    ? schema
    : { type: 'string', contentMediaType: 'application/json', description: describe(schema) };
  return {
    name: event,
    payload: {
      type: 'object',
      required: ['stream', 'event', ...(bare ? [] : ['payload'])],
      properties: {
        stream: { type: 'array', items: { type: 'string' }, description: `["${name}"], then the parameters` },
        event: { const: event },
        ...(bare ? {} : { payload }),
      },
    },
  };
}

function describe(schema: JsonSchema): string {
  return typeof schema['description'] === 'string' ? schema['description'] : JSON.stringify(schema);
}
