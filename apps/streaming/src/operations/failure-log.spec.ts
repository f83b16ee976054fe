import { Logger } from '@nestjs/common';
import { StreamingError } from '@fedistream/domain';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FailureLog } from './failure-log.js';

describe('the log of refusals', () => {
  const told = vi.fn();

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
    vi.spyOn(Logger.prototype, 'error').mockImplementation(told);
    told.mockClear();
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('passes over what is the client’s own doing', () => {
    new FailureLog('HTTP').add(new StreamingError('invalidToken'), 'id');
    expect(told).not.toHaveBeenCalled();
  });

  it('tells of an outage once, and later how often it was', () => {
    const log = new FailureLog('HTTP');
    for (let client = 0; client < 1_000; client++) {
      log.add(new StreamingError('unavailable'), String(client));
    }
    expect(told.mock.calls).toEqual([
      [expect.objectContaining({ requestId: '0', error: 'Service temporarily unavailable' })],
    ]);
    vi.advanceTimersByTime(60_000);
    log.add(new StreamingError('unavailable'), 'later');
    expect(told).toHaveBeenLastCalledWith(
      expect.objectContaining({ error: expect.stringContaining('999 more') as string }),
    );
  });

  it('does not hide a fault of this server behind an outage', () => {
    const log = new FailureLog('HTTP');
    const cause = new Error('why');
    log.add(new StreamingError('unavailable'));
    log.add(new StreamingError('unexpected', undefined, { cause }));
    expect(told).toHaveBeenLastCalledWith(expect.objectContaining({ error: 'An unexpected error occurred', cause }));
  });
});
