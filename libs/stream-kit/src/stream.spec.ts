import { describe, expect, it } from 'vitest';
import { optional, Stream, text, type StreamContext, type StreamSource } from './index.js';
import { StreamDefinition, StreamRegistry } from './server.js';
import { reservedNames } from './reserved-names.js';

const good = { name: 'x', scopes: ['read'], audience: 'per-viewer' };

class Source implements StreamSource {
  channels() {
    return [];
  }
}

/** Declares it as somebody does who got around the compiler. */
const declare = (declaration: object) => () => {
  Stream(declaration as never)(class Wrong extends Source {});
};

describe('a declaration does not compile', () => {
  // The functions are never called: what matters is what the compiler says.
  const complete = { name: 'x', scopes: ['read'], audience: 'chosen-by-publisher' } as const;

  it('without scopes or audience', () => {
    // @ts-expect-error scopes are missing
    const withoutScopes = () => Stream({ name: 'x', audience: 'per-viewer' });
    // @ts-expect-error audience is missing
    const withoutAudience = () => Stream({ name: 'x', scopes: ['read'] });
    expect([withoutScopes, withoutAudience]).toHaveLength(2);
  });

  it('with a misspelt member', () => {
    // @ts-expect-error there are only params
    const parms = () => Stream({ ...complete, parms: {} });
    // @ts-expect-error there is only closedBy
    const closdBy = () => Stream({ name: 'x', scopes: ['read'], audience: 'per-viewer', closdBy: 'live-feeds' });
    expect([parms, closdBy]).toHaveLength(2);
  });

  it('with a closedBy that does not exist, or where the publisher has chosen the audience', () => {
    // @ts-expect-error there is no such setting
    const unknown = () => Stream({ name: 'x', scopes: ['read'], audience: 'per-viewer', closedBy: 'home' });
    // @ts-expect-error feed settings close nothing here
    const useless = () => Stream({ ...complete, closedBy: 'live-feeds' });
    expect([unknown, useless]).toHaveLength(2);
  });

  it('with members that a stream is not asked for, such as a misspelt guard', () => {
    // @ts-expect-error it is called authorize
    @Stream(complete)
    class Misspelt extends Source {
      authorise() {
        return false;
      }
    }
    // @ts-expect-error nobody outside of the class needs it
    @Stream(complete)
    class Open extends Source {
      readonly helper = 1;
    }
    @Stream(complete)
    class Closed extends Source {
      readonly #helper = 1;
      private readonly other = this.#helper;
      protected readonly another = this.other;
    }
    expect([Misspelt, Open, Closed]).toHaveLength(3);
  });

  it('with other parameters than the class takes', () => {
    // @ts-expect-error a client may leave it out
    @Stream({ ...complete, params: { q: optional(text()) } })
    class Certain extends Source implements StreamSource<{ q: string }> {
      authorize({ params }: StreamContext<{ q: string }>) {
        return params.q === '';
      }
    }
    // @ts-expect-error no client can give it
    @Stream(complete)
    class Unheard extends Source implements StreamSource<{ q: string }> {
      authorize({ params }: StreamContext<{ q: string }>) {
        return params.q === '';
      }
    }
    @Stream({ ...complete, params: { q: optional(text()) } })
    class Careful extends Source implements StreamSource<{ q?: string | undefined }> {
      authorize({ params }: StreamContext<{ q?: string | undefined }>) {
        return params.q === undefined;
      }
    }
    expect([Certain, Unheard, Careful]).toHaveLength(3);
  });

  it('unless everything is right', () => {
    const everything = Stream({
      name: ['x', 'x:y'],
      scopes: ['read', 'read:statuses'],
      audience: 'per-viewer',
      closedBy: 'topic-feeds',
      params: { word: text() },
      flags: { only_media: 'media' },
    });
    class Complete implements StreamSource<{ word: string }> {
      channels() {
        return [];
      }
    }
    expect(() => {
      everything(Complete);
    }).not.toThrow();
  });
});

describe('a declaration does not start', () => {
  it('without scopes', () => {
    expect(declare({ ...good, scopes: undefined })).toThrow(/Wrong: scopes/);
    expect(declare({ ...good, scopes: [] })).toThrow(/scopes/);
  });

  it.each([
    { scopes: ['read write'] },
    { scopes: ['read', ''] },
    { scopes: ['read', undefined] },
    { scopes: ['read\n'] },
    { scopes: ['"read"'] },
  ])('with $scopes, which no token has', ({ scopes }) => {
    expect(declare({ ...good, scopes })).toThrow('Wrong: scopes must be a list of OAuth scopes, each without blanks');
  });

  it('without audience', () => {
    expect(declare({ ...good, audience: undefined })).toThrow(/audience/);
  });

  it('with a misspelt member, and says which there are', () => {
    expect(declare({ ...good, parms: {} })).toThrow(
      '@Stream on Wrong: there is no "parms"; a declaration has name, scopes, audience, closedBy, params, flags',
    );
  });

  it('with a closedBy that does not exist, and says which there are', () => {
    expect(declare({ ...good, closedBy: 'home' })).toThrow(
      'Wrong: closedBy must be "live-feeds" or "topic-feeds", or left out',
    );
  });

  it('with a closedBy where the publisher has chosen the audience', () => {
    expect(declare({ ...good, audience: 'chosen-by-publisher', closedBy: 'live-feeds' })).toThrow(
      'Wrong: closedBy is for "per-viewer" streams: no feed setting closes one whose audience the publisher has chosen',
    );
  });

  it.each(['Admin Reports', '', ':x', 'x:', 'x/y', 5, [], ['x', 'Y']])(
    'with a name that cannot be a path, such as %j',
    (name) => {
      expect(declare({ ...good, name })).toThrow(/Wrong: name must be words/);
    },
  );

  it.each(reservedNames)('with the name %j, whose path is the server’s own', (name) => {
    const message = `Wrong: name must not be "${name}": /api/v1/streaming/${name} is the server's own`;
    expect(declare({ ...good, name })).toThrow(message);
    expect(declare({ ...good, name: ['x', name] })).toThrow(message);
  });

  it.each(['access_token', 'stream', 'type'])('with a parameter %j, which a request has anyway', (parameter) => {
    const message = `Wrong: "${parameter}" cannot be a parameter's name: every request may have one of its own`;
    expect(declare({ ...good, params: { [parameter]: text() } })).toThrow(message);
    expect(declare({ ...good, flags: { [parameter]: 'media' } })).toThrow(message);
  });

  it.each(['', ':media', 'media:', 'only media', 'Media', 5, undefined])(
    'with a flag whose variant cannot have a name, such as %j',
    (suffix) => {
      expect(declare({ ...good, flags: { only_media: suffix } })).toThrow(
        'Wrong: flags must add words of a-z, 0-9, _ and -, joined by ":"',
      );
    },
  );

  it('with a parameter and a flag of one name', () => {
    expect(declare({ ...good, params: { media: text() }, flags: { media: 'media' } })).toThrow(
      'Wrong: "media" cannot be both a parameter and a flag',
    );
  });

  it('when its name is taken', () => {
    @Stream({ name: 'x', scopes: ['read'], audience: 'chosen-by-publisher' })
    class Taken extends Source {}
    const definition = () => new StreamDefinition(new Taken());
    expect(() => new StreamRegistry([definition(), definition()])).toThrow(/"x" is declared twice: by Taken and Taken/);
  });

  it('when it was forgotten on a class that is listed', () => {
    expect(() => new StreamDefinition(new Source())).toThrow(/Source is listed as a stream, but has no @Stream/);
  });
});
