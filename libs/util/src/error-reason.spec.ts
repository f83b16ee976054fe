import { describe, expect, it } from 'vitest';
import { errorReason } from './error-reason.js';

describe('errorReason', () => {
  it.each<[string, unknown, string]>([
    ['an error', new Error('refused'), 'refused'],
    [
      'several addresses that failed',
      new AggregateError([new Error('connect ECONNREFUSED ::1:1'), new Error('x')]),
      'connect ECONNREFUSED ::1:1',
    ],
    ['several errors with a text of their own', new AggregateError([new Error('inner')], 'outer'), 'outer'],
    ['an aggregate of nothing', new AggregateError([]), ''],
    ['a thrown string', 'text', 'text'],
  ])('returns the message of %s', (_, failure, reason) => {
    expect(errorReason(failure)).toBe(reason);
  });
});
