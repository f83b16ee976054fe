import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readToken } from './read-token.js';
import { redactTokens, withoutToken } from './redact.js';

/** Long enough not to occur in the rest of a text by chance. */
const doorkeeperToken = fc.stringMatching(/^[A-Za-z0-9_-]{20,60}$/);

/** Ways to write the same name in a URL. */
const spelling = fc.array(fc.constantFrom('plain', 'encoded', 'twice'), { minLength: 12, maxLength: 12 }).map((ways) =>
  Array.from('access_token', (character, i) => {
    const code = character.charCodeAt(0).toString(16);
    return ways[i] === 'plain' ? character : ways[i] === 'encoded' ? `%${code}` : `%25${code.toUpperCase()}`;
  }).join(''),
);

describe('redactTokens', () => {
  it('keeps the rest of a URL readable', () => {
    expect(redactTokens('/api/v1/streaming?stream=user&access_token=abc&tag=x')).toBe(
      '/api/v1/streaming?stream=user&access_token=[redacted]&tag=x',
    );
  });

  it.each([
    '/api/v1/streaming/user?stream=public&list=1',
    'GET /metrics 200',
    'Access token does not have the required scopes',
    '',
  ])('leaves %j unchanged', (text) => {
    expect(redactTokens(text)).toBe(text);
  });

  it.each([
    ['Authorization: Bearer SECRET', 'Authorization: [redacted]'],
    ['authorization: SECRET with blanks', 'authorization: [redacted]'],
    ['Host: a\r\nAuthorization: SECRET\r\nAccept: b', 'Host: a\r\nAuthorization: [redacted]\r\nAccept: b'],
    ['Sec-WebSocket-Protocol: SECRET', 'Sec-WebSocket-Protocol: [redacted]'],
    ['{"authorization":"Bearer SECRET","accept":"b"}', '{"authorization":[redacted],"accept":"b"}'],
    ['{"authorization":"SECRET\\"SECRET"}', '{"authorization":[redacted]}'],
    ["[ 'Sec-WebSocket-Protocol', 'SECRET', 'Accept' ]", "[ 'Sec-WebSocket-Protocol', [redacted], 'Accept' ]"],
    ["{ access_token: 'SECRET' }", '{ access_token: [redacted] }'],
    ['refused bearer SECRET at once', 'refused bearer [redacted] at once'],
    ['/?back=%2Fuser%3Faccess_token%3DSECRET%26a', '/?back=%2Fuser%3Faccess_token%3D[redacted]'],
    ['/?ACCESS_TOKEN=SECRET', '/?ACCESS_TOKEN=[redacted]'],
  ])('redacts %j', (text, expected) => {
    expect(redactTokens(text)).toBe(expected);
  });

  it('removes the token from a URL in any spelling of the parameter', () => {
    fc.assert(
      fc.property(
        doorkeeperToken,
        spelling,
        fc.webPath(),
        fc.webQueryParameters(),
        fc.webQueryParameters(),
        (...parts) => {
          const [token, name, path, before, after] = parts;
          expect(redactTokens(`GET ${path}?${before}&${name}=${token}&${after} 200`)).not.toContain(token);
        },
      ),
    );
  });

  it('removes every token that readToken would find in a URL', () => {
    const separators = ['=', '&', '?', '#', ';', '+', '"', ',', ':', '%', '%3d', '%26', 'access_token'];
    const junk = fc.oneof(
      fc.constant(''),
      fc.constantFrom(...separators),
      fc.string({ unit: 'grapheme-composite', maxLength: 5 }),
    );
    const url = fc
      .array(
        fc.tuple(junk, fc.oneof(spelling, fc.constant('access_token')), fc.oneof(fc.constant('='), junk), junk, junk),
        { maxLength: 4 },
      )
      // A request target has no blanks: Node's parser refuses them.
      .map((parameters) => `/?${parameters.map((parts) => parts.join('')).join('&')}`.replace(/[ \t\r\n]/g, ''));
    let found = 0;
    fc.assert(
      fc.property(url, (target) => {
        const read = (where: string) => {
          try {
            return readToken({ url: where, headers: {} });
          } catch {
            return undefined;
          }
        };
        if (read(target) !== undefined) {
          found++;
        }
        expect(read(redactTokens(target)) ?? '[redacted]').toBe('[redacted]');
      }),
      { numRuns: 2_000 },
    );
    // Guards the generator: some of the targets must contain a token.
    expect(found).toBeGreaterThan(50);
  });

  it('removes the token from a header', () => {
    const name = fc.constantFrom('Authorization', 'authorization', 'Sec-WebSocket-Protocol', 'sec-websocket-protocol');
    const value = fc.string({ unit: 'grapheme-ascii', minLength: 12 }).map((text) => `~${text}~`);
    fc.assert(
      fc.property(name, fc.constantFrom('', 'Bearer ', 'bearer  '), value, (header, scheme, token) => {
        expect(redactTokens(`Host: x\r\n${header}: ${scheme}${token}\r\nAccept: y`)).not.toContain(token);
        expect(redactTokens(JSON.stringify({ [header]: scheme + token }))).not.toContain(
          JSON.stringify(token).slice(1, -1),
        );
      }),
    );
  });

  it('takes bounded time for long texts', () => {
    const long = 200_000;
    for (const piece of [
      'access_token',
      'authorization',
      'bearer ',
      '%25',
      '"\\',
      'access_token= ',
      'authorization: "',
    ]) {
      expect(redactTokens(piece.repeat(long / piece.length)).length).toBeLessThanOrEqual(long * 2);
    }
  });
});

describe('withoutToken', () => {
  it('keeps name, message, code and stack, without the parameters that a database library attaches', () => {
    const token = 'p7Jq-secret-token';
    const failure = Object.assign(new Error(`no answer to ${token}`), {
      name: 'QueryFailedError',
      code: '57P01',
      parameters: [token],
      driverError: { detail: token },
    });
    const clean = withoutToken(failure, token);
    expect(clean).toMatchObject({ name: 'QueryFailedError', code: '57P01', message: 'no answer to [redacted]' });
    expect(clean.stack).toContain('redact.spec');
    expect(inspect(clean, { depth: null, showHidden: true })).not.toContain(token);
  });

  it('accepts thrown values that are no errors', () => {
    expect(withoutToken('down', 'token').message).toBe('down');
    expect(withoutToken(undefined, 'token').message).toBe('undefined');
  });
});
