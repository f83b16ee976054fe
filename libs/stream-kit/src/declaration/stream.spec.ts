import { describe, expect, it } from 'vitest';
import { param, payload, stream, text, type AnyStream } from '../index.js';
import { problemsOf } from './declaration-problems.js';
import { reservedNames, reservedParameters } from './reserved-names.js';

const good = { name: 'x', scopes: ['read'], audience: 'per-viewer', channels: () => [] } as const;
const cyclic: Record<string, unknown> = {};
cyclic['self'] = cyclic;
const sentencesFor = (changes: object) => problemsOf({ ...good, ...changes });

describe('a declaration', () => {
  it('knows the file and the line where it stands', () => {
    const { declaredAt } = stream({ ...good });
    expect(declaredAt).toMatch(/stream\.spec\.ts:\d+$/);
  });

  it('is fine when everything is right', () => {
    const everything: AnyStream = stream({
      name: ['x', 'x:y'],
      scopes: ['read', 'read:statuses'],
      audience: 'per-viewer',
      closedBy: 'topic-feeds',
      params: { word: text() },
      flags: { only_media: 'media' },
      channels: () => [],
    });
    expect(problemsOf(everything.declaration)).toEqual([]);
  });

  it('does not throw when it is wrong, so that a start can tell everything at once', () => {
    expect(() => stream({ name: 5, parms: {} } as never)).not.toThrow();
    expect(sentencesFor({ parms: {}, scopes: [], audience: 'mine', name: 'X' })).toHaveLength(4);
  });
});

describe('a declaration does not start', () => {
  it.each([[undefined], [[]]])('with the scopes %j', (scopes) => {
    expect(sentencesFor({ scopes })).toEqual(['scopes must name at least one OAuth scope']);
  });

  it.each([[['read write']], [['read', '']], [['read', undefined]], [['read\n']], [['"read"']]])(
    'with %j, which no token has',
    (scopes) => {
      expect(sentencesFor({ scopes })).toEqual(['scopes must be a list of OAuth scopes, each without blanks']);
    },
  );

  it('without audience', () => {
    expect(sentencesFor({ audience: undefined })).toEqual(['audience must be "per-viewer" or "chosen-by-publisher"']);
  });

  it('with a misspelt member, and says which there are', () => {
    expect(sentencesFor({ authorise: () => false })[0]).toMatch(
      /^there is no "authorise"; a stream has name, scopes, audience, .*authorize/,
    );
  });

  it('with a setting that closes nothing, or where the publisher has chosen the audience', () => {
    expect(sentencesFor({ closedBy: 'home' })[0]).toContain('closedBy must be "live-feeds" or "topic-feeds"');
    expect(sentencesFor({ audience: 'chosen-by-publisher', closedBy: 'live-feeds' })[0]).toContain(
      'closedBy is for "per-viewer" streams',
    );
  });

  it('with operators over time where the audience decides about single events', () => {
    expect(sentencesFor({ select: () => undefined })[0]).toContain('select is not for "per-viewer" streams');
  });

  it.each(['Admin Reports', '', ':x', 'x:', 'x/y', 5, [], ['x', 'Y']])(
    'with a name that cannot be a path, such as %j',
    (name) => {
      expect(sentencesFor({ name })).toEqual(['name must be words of a-z, 0-9, _ and -, joined by ":"']);
    },
  );

  it.each(reservedNames)("with the name %j, whose path is the server's own", (name) => {
    const sentence = `name must not be "${name}": /api/v1/streaming/${name} is the server's own`;
    expect(sentencesFor({ name })).toEqual([sentence]);
    expect(sentencesFor({ name: ['x', name] })).toEqual([sentence]);
  });

  it.each(reservedParameters)('with a parameter %j, which a request has anyway', (parameter) => {
    const sentence = `"${parameter}" cannot be a parameter's name: every request may have one of its own`;
    expect(sentencesFor({ params: { [parameter]: text() } })).toEqual([sentence]);
    expect(sentencesFor({ flags: { [parameter]: 'media' } })).toEqual([sentence]);
  });

  it.each(['a=b', 'a[]', 'a b', ''])('with a parameter %j, which would make labels ambiguous', (parameter) => {
    expect(sentencesFor({ params: { [parameter]: text() } })[0]).toContain("cannot be a parameter's name");
  });

  it.each(['', ':media', 'media:', 'only media', 'Media', 5, undefined])(
    'with a flag whose variant cannot have a name, such as %j',
    (suffix) => {
      expect(sentencesFor({ flags: { only_media: suffix } })).toEqual([
        'flags must add words of a-z, 0-9, _ and -, joined by ":"',
      ]);
    },
  );

  it.each<[object, string]>([
    [{ note: null }, 'events.note must be payload<T>() or noPayload()'],
    [{ note: {} }, 'events.note must be payload<T>() or noPayload()'],
    [{ note: { carriesStatus: 'no', schema: {} } }, 'events.note must be payload<T>() or noPayload()'],
    [['note'], 'events must be an object: event types by name'],
    [{ note: payload({ schema: cyclic }) }, 'the schema of events.note must be JSON: it is part of the documents'],
  ])('with the events %o', (events, sentence) => {
    expect(sentencesFor({ events })).toEqual([sentence]);
    expect(sentencesFor({ source: events })).toEqual([sentence.replace('events', 'source')]);
  });

  it('with a parameter whose schema would break the documents', () => {
    const q = param({ parse: (word) => word, example: 'x', schema: { size: 10n } });
    expect(sentencesFor({ params: { q } })).toEqual([
      'the schema of params.q must be JSON: it is part of the documents',
    ]);
  });

  it('with a parameter and a flag of one name', () => {
    expect(sentencesFor({ params: { media: text() }, flags: { media: 'media' } })).toEqual([
      '"media" cannot be both a parameter and a flag',
    ]);
  });

  it('with a parameter that is none, or a guard that is no function', () => {
    expect(sentencesFor({ params: { q: 'text' } })[0]).toContain('params.q must be text()');
    expect(sentencesFor({ authorize: true })).toEqual(['authorize must be a function']);
    expect(sentencesFor({ channels: ['timeline:public'] })[0]).toContain('channels must be a function');
    expect(sentencesFor({ authorizeMany: () => [] })).toEqual([
      'authorizeMany needs authorize, which is asked at opening',
    ]);
  });
});
