import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longestToken, readToken } from './read-token.js';
import type { TokenRequest } from './read-token.js';

const request = (url: string, headers: TokenRequest['headers'] = {}): TokenRequest => ({ url, headers });

describe('readToken', () => {
  it.each(['Bearer abc', 'bearer abc', 'BEARER abc', 'Bearer   abc', 'abc'])(
    'finds the token in Authorization: %s',
    (header) => {
      expect(readToken(request('/', { authorization: header }))).toBe('abc');
    },
  );

  it('removes only the leading scheme', () => {
    expect(readToken(request('/', { authorization: 'Bearer Bearer abc' }))).toBe('Bearer abc');
    expect(readToken(request('/', { authorization: 'Bearer' }))).toBe('Bearer');
    expect(readToken(request('/', { authorization: 'Basic abc' }))).toBe('Basic abc');
  });

  it('prefers the header to the query, and the query to the subprotocol', () => {
    const subprotocol = { 'sec-websocket-protocol': 'c' };
    expect(readToken(request('/?access_token=b', { authorization: 'a', ...subprotocol }))).toBe('a');
    expect(readToken(request('/?access_token=b', subprotocol))).toBe('b');
    expect(readToken(request('/', subprotocol))).toBe('c');
  });

  it('treats an empty token as absent, and reads the next place', () => {
    const subprotocol = { 'sec-websocket-protocol': 'c' };
    expect(readToken(request('/?access_token=b', { authorization: '', ...subprotocol }))).toBe('b');
    expect(readToken(request('/?access_token=', { authorization: 'Bearer ', ...subprotocol }))).toBe('c');
  });

  it('uses the whole subprotocol header as the token', () => {
    expect(readToken(request('/', { 'sec-websocket-protocol': 'a, b' }))).toBe('a, b');
  });

  it('uses the first of repeated parameters or headers', () => {
    expect(readToken(request('/?access_token=a&access_token=b'))).toBe('a');
    expect(readToken(request('/', { authorization: ['Bearer a', 'Bearer b'] }))).toBe('a');
  });

  it('finds the parameter after others and on any path', () => {
    expect(readToken(request('/api/v1/streaming/?stream=user&access_token=a&list=1'))).toBe('a');
  });

  it.each(['', '/', '/?', '/?stream=user', '/?token=a', '/access_token=a', '/?x_access_token=a', '/?access_token'])(
    'throws missingToken for the target %j',
    (url) => {
      expect(() => readToken(request(url))).toThrow(expect.objectContaining({ code: 'missingToken', status: 401 }));
    },
  );

  it('throws missingToken for a request without a target', () => {
    expect(() => readToken({ headers: {} })).toThrow(expect.objectContaining({ code: 'missingToken' }));
  });

  it('refuses a token with NUL or of more than 2,048 characters', () => {
    const badRequest = expect.objectContaining({ code: 'badRequest', status: 400 }) as Error;
    expect(() => readToken(request('/?access_token=a%00b'))).toThrow(badRequest);
    expect(() => readToken(request('/', { authorization: `Bearer ${'a'.repeat(longestToken + 1)}` }))).toThrow(
      badRequest,
    );
    expect(readToken(request(`/?access_token=${'a'.repeat(longestToken)}`))).toHaveLength(longestToken);
  });

  it('decodes any percent-encoded token', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 50 }),
        fc.webQueryParameters(),
        (token, rest) => {
          fc.pre(!token.includes('\0') && !rest.includes('access_token'));
          const encoded = encodeURIComponent(token);
          expect(readToken(request(`/path?${rest}&access_token=${encoded}&access_token=other`))).toBe(token);
        },
      ),
    );
  });

  it('returns a token or throws a StreamingError for any request', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('%', '%zz', '%ff%fe', '%C3', '?', '&', '='),
    );
    fc.assert(
      fc.property(anything, anything, fc.option(anything), (path, value, header) => {
        try {
          const token = readToken(
            request(`${path}?access_token=${value}`, header === null ? {} : { authorization: header }),
          );
          expect(token).not.toBe('');
        } catch (error) {
          expect(error).toHaveProperty('code', expect.stringMatching(/^(missingToken|badRequest)$/));
        }
      }),
    );
  });
});
