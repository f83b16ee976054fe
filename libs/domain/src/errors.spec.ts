import { describe, expect, it } from 'vitest';
import { errorTable, isStreamingError, StreamingError, toStreamingError } from './errors.js';

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

  it('hides any other error from clients', () => {
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

  it('passes a refusal that another copy of this package has made', () => {
    const refusal = copiedRefusal('notAuthorized');
    expect(refusal).not.toBeInstanceOf(StreamingError);
    expect(toStreamingError(refusal)).toBe(refusal);
  });

  it.each([
    copiedRefusal('aCodeOfAnotherVersion'),
    new Error('plain'),
    { code: 'notAuthorized' },
    'notAuthorized',
    null,
    undefined,
  ])('does not recognise %o as a refusal', (failure) => {
    expect(isStreamingError(failure)).toBe(false);
  });

  it('has a Retry-After for temporary refusals only', () => {
    expect(new StreamingError('unavailable').retryAfterSeconds).toBeGreaterThan(0);
    expect(new StreamingError('invalidToken').retryAfterSeconds).toBeUndefined();
  });
});

/** A refusal of another copy of the package: the same members, another prototype. */
function copiedRefusal(code: string): Error {
  const { status, ...members } = { status: 401, code, [Symbol.for('@fedistream/domain/StreamingError')]: true };
  return Object.assign(new Error('Not authorized to stream this note'), members, { status });
}
