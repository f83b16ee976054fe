import { StreamingError } from '@fedistream/domain';
import { describe, expect, it } from 'vitest';
import { wwwAuthenticate } from './challenge.js';

describe('wwwAuthenticate', () => {
  it('names no error when no token was given', () => {
    expect(wwwAuthenticate(new StreamingError('missingToken'))).toBe('Bearer realm="streaming"');
  });

  it('names the RFC 6750 error of an invalid token or a missing scope', () => {
    expect(wwwAuthenticate(new StreamingError('invalidToken'))).toBe('Bearer realm="streaming", error="invalid_token"');
    expect(wwwAuthenticate(new StreamingError('missingScope'))).toBe(
      'Bearer realm="streaming", error="insufficient_scope"',
    );
  });

  it('is undefined for every status but 401', () => {
    expect(wwwAuthenticate(new StreamingError('badRequest'))).toBeUndefined();
    expect(wwwAuthenticate(new StreamingError('unavailable'))).toBeUndefined();
  });
});
