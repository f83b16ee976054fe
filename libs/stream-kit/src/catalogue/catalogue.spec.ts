import { Parser } from '@asyncapi/parser';
import { Validator } from '@seriousme/openapi-schema-validator';
import { channelFamily, mastodonFamilies } from '@fedistream/domain';
import { describe, expect, it } from 'vitest';
import {
  channels,
  hashtag,
  list,
  noPayload,
  optional,
  param,
  payload,
  recordId,
  stream,
  StreamingError,
  streamModule,
} from '../index.js';
import { StreamDefinition } from '../modules/stream-definition.js';
import { asyncApiOf } from './asyncapi.js';
import { catalogueOf } from './catalogue.js';
import { openApiOf } from './openapi.js';
import { readCatalogue } from './read-catalogue.js';
import { tableOf } from './table.js';

/** What the parser calls an error: https://github.com/asyncapi/parser-js */
const errorSeverity = 0;
const identity = { name: 'team', owner: 'team-test', package: '@acme/streams', version: '2.3.4' };
const events = {
  draft: payload<{ id: string }>({ schema: { type: 'object', properties: { id: { type: 'string' } } } }),
  gone: noPayload(),
};
const draftChannel = channelFamily('timeline:draft:{draft}', events);
const entries = catalogueOf(
  [
    stream({
      name: 'drafts:sync',
      scopes: ['read', 'write:statuses'],
      audience: 'chosen-by-publisher',
      params: { draft: recordId() },
      events,
      channels: ({ params }) => [draftChannel(params.draft)],
    }),
    stream({
      name: ['public', 'public:local'],
      scopes: ['read'],
      audience: 'per-viewer',
      closedBy: 'live-feeds',
      flags: { only_media: 'media' },
      channels: ({ name }) => [channels.public(name.includes('local') ? 'local' : undefined, name.endsWith('media'))],
    }),
    stream({
      name: 'hashtags',
      scopes: ['read'],
      audience: 'per-viewer',
      params: { any: optional(list(hashtag(), { max: 10 })) },
      channels: ({ params }) => {
        if (params.any === undefined) {
          throw new StreamingError('missingParameter');
        }
        return params.any.map((tag) => channels.hashtag(tag));
      },
    }),
  ].map((each) => new StreamDefinition(each, identity)),
  [...mastodonFamilies, draftChannel],
);

describe('the catalogue of modules that were not started', () => {
  it('names the problems of a module, and describes its streams as far as it can', async () => {
    const module = streamModule({
      name: 'team',
      owner: 'team-test',
      kit: '^1',
      streams: [
        stream({
          name: 'x',
          scopes: ['read'],
          audience: 'chosen-by-publisher',
          params: { q: param({ parse: () => undefined, example: 'nothing' }) },
          channels: () => [channels.public()],
        }),
      ],
    });
    const load = () => Promise.resolve({ default: module });
    const catalogue = await readCatalogue([{ package: '@acme/streams', version: '2.3.4', load }], {});
    expect(catalogue.problems.map(({ what }) => what)).toEqual([
      'stream "x": params.q does not read its own example "nothing": Missing q name parameter',
    ]);
    expect(catalogue.entries).toMatchObject([{ name: 'x', channels: [] }]);
  });
});

describe('the documents of the streams', () => {
  it('are a valid AsyncAPI 3.0 document', async () => {
    const { document, diagnostics } = await new Parser().parse(JSON.stringify(asyncApiOf(entries, '1.0.0')));
    expect(diagnostics.filter(({ severity }) => severity.valueOf() === errorSeverity)).toEqual([]);
    expect(
      document
        ?.channels()
        .all()
        .map((channel) => channel.address()),
    ).toEqual(entries.map(({ name }) => name));
  });

  it('are a valid OpenAPI 3.1 document', async () => {
    const { valid, errors } = await new Validator().validate({ ...openApiOf(entries, '1.0.0') });
    expect([valid, errors]).toEqual([true, undefined]);
  });

  it('name channels, parameters, owner and package of each', () => {
    expect(
      tableOf(entries)
        .split('\n')
        .map((line) => line.split(/ {2,}/)),
    ).toEqual([
      ['Name', 'Path', 'Scopes', 'Audience', 'Parameters', 'Channels', 'Events', 'Owner', 'Package'],
      [
        'drafts:sync',
        '/api/v1/streaming/drafts/sync',
        'read or write:statuses',
        'chosen-by-publisher',
        'draft',
        'timeline:draft:{draft}',
        'draft gone',
        'team-test',
        '@acme/streams 2.3.4',
      ],
      expect.arrayContaining(['public', '/api/v1/streaming/public?only_media', 'timeline:public', "Mastodon's"]),
      expect.arrayContaining(['public:local', 'timeline:public:local']),
      expect.arrayContaining(['public:media', 'timeline:public:media']),
      expect.arrayContaining(['public:local:media', 'timeline:public:local:media']),
      expect.arrayContaining(['hashtags', 'any[≤10]?', 'timeline:hashtag:{tag}']),
    ]);
  });
});
