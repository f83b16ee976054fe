import { StreamingError } from '@fedistream/domain';
import { describe, expect, it } from 'vitest';
import { wwwAuthenticate } from './challenge.js';

describe('wwwAuthenticate', () => {
  it('names no error when no token was given', () => {
    expect(wwwAuthenticate(new StreamingError('missingToken'))).toBe('Bearer realm="streaming"');
  });

  it('names the error of RFC 6750 otherwise', () => {
    expect(wwwAuthenticate(new StreamingError('invalidToken'))).toBe('Bearer realm="streaming", error="invalid_token"');
    expect(wwwAuthenticate(new StreamingError('missingScope'))).toBe(
      'Bearer realm="streaming", error="insufficient_scope"',
    );
  });

  it('is for 401 only', () => {
    expect(wwwAuthenticate(new StreamingError('badRequest'))).toBeUndefined();
    expect(wwwAuthenticate(new StreamingError('unavailable'))).toBeUndefined();
  });
});
