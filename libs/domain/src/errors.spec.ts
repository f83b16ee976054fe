import { describe, expect, it } from 'vitest';
import { errorTable, StreamingError, toStreamingError } from './errors.js';

describe('the error table', () => {
  it('has the messages of the Mastodon server', () => {
    const texts = Object.values(errorTable).map(({ status, message }) => `${status} ${message}`);
    expect(texts).toEqual(
      expect.arrayContaining([
        '401 Missing access token',
        '401 Invalid access token',
        '401 Access token does not have the required scopes',
        '400 Unknown stream type',
        '400 Unknown channel requested',
        '500 An unexpected error occurred',
      ]),
    );
  });

  it('tells clients nothing about any other error', () => {
    const error = toStreamingError(new Error('password authentication failed for user "mastodon"'));
    expect({ message: error.message, status: error.status }).toEqual({
      message: 'An unexpected error occurred',
      status: 500,
    });
  });

  it('passes a refusal unchanged', () => {
    const refusal = new StreamingError('notAuthorized', 'Not authorized to stream this list');
    expect(toStreamingError(refusal)).toBe(refusal);
  });

  it('has a Retry-After for temporary refusals only', () => {
    expect(new StreamingError('unavailable').retryAfterSeconds).toBeGreaterThan(0);
    expect(new StreamingError('invalidToken').retryAfterSeconds).toBeUndefined();
  });
});
