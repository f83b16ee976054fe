import { expect } from 'vitest';

import { Refusal, type StreamClient } from '../support/index.js';

/** The error that clients receive during an outage. It tells no cause. */
export const unavailable = 'Service temporarily unavailable';

/** Expects a refusal with 503, this error and `Retry-After`, over either transport. */
export async function expectUnavailable(opening: Promise<StreamClient>): Promise<void> {
  const refusal = (await opening.catch((error: unknown) => error)) as Refusal;
  expect(refusal).toBeInstanceOf(Refusal);
  const { status, headers, body } = refusal;
  const message = headers['x-error-message'] ?? (JSON.parse(body) as { error: string }).error;
  expect([status, message]).toEqual([503, unavailable]);
  // An error frame has no headers.
  if (Object.keys(headers).length > 0) {
    expect(headers['retry-after']).toMatch(/^[1-9]\d*$/);
  }
}
