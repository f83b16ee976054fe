import { Logger } from '@nestjs/common';
import { errorTable, StreamingError, type ErrorCode } from '@fedistream/domain';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RefusalLog } from './refusal-log.js';

const told = vi.fn();
const warned = vi.fn();
const noted = vi.fn();
const whispered = vi.fn();
let refusals: RefusalLog;

const unavailable = (why: string) => new StreamingError('unavailable', undefined, { cause: new Error(why) });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  vi.spyOn(Logger.prototype, 'error').mockImplementation(told.mockClear());
  vi.spyOn(Logger.prototype, 'warn').mockImplementation(warned.mockClear());
  vi.spyOn(Logger.prototype, 'log').mockImplementation(noted.mockClear());
  vi.spyOn(Logger.prototype, 'debug').mockImplementation(whispered.mockClear());
  refusals = new RefusalLog();
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('refusals', () => {
  it('are counted by their code, and every code there is from 0', () => {
    expect(refusals.byCode).toEqual(Object.fromEntries(Object.keys(errorTable).map((code) => [code, 0])));
    refusals.record(new StreamingError('notAuthorized', 'Not authorized to stream this list'), {});
    refusals.record(new StreamingError('unavailable'), {});
    refusals.record(new StreamingError('unavailable'), {});
    expect(refusals.byCode).toMatchObject({ notAuthorized: 1, unavailable: 2, invalidToken: 0 });
  });
});

describe('the log of refusals', () => {
  it.each(Object.keys(errorTable) as ErrorCode[])('logs %s once, and later how often it was', (code) => {
    const lines = () => [...told.mock.calls, ...warned.mock.calls, ...noted.mock.calls].map(([line]) => line as object);
    for (let client = 0; client < 3; client++) {
      refusals.record(new StreamingError(code), { address: '192.0.2.7', accountId: '1' });
    }
    expect(lines()).toEqual([expect.objectContaining({ code, address: '192.0.2.7', accountId: '1' })]);
    vi.advanceTimersByTime(60_000);
    refusals.record(new StreamingError(code), { address: '192.0.2.7' });
    expect(JSON.stringify(lines().at(-1))).toContain('2 more');
    expect(refusals.byCode[code]).toBe(4);
  });

  it('tells limits as warnings, and mistakes of clients as information', () => {
    refusals.record(new StreamingError('tooManyConnections'), {});
    refusals.record(new StreamingError('invalidToken'), {});
    expect(warned).toHaveBeenCalledTimes(1);
    expect(noted).toHaveBeenCalledTimes(1);
  });

  it('logs each refusal at debug level', () => {
    refusals.record(new StreamingError('invalidToken'), { requestId: 'id' });
    refusals.record(new StreamingError('unknownStream'), { accountId: '1' });
    expect(told).not.toHaveBeenCalled();
    expect(whispered.mock.calls).toEqual([
      [{ requestId: 'id', code: 'invalidToken' }],
      [{ accountId: '1', code: 'unknownStream' }],
    ]);
  });

  it('tells of an outage once, and later how often it was', () => {
    for (let client = 0; client < 1_000; client++) {
      refusals.record(unavailable('no connection'), { requestId: String(client) });
    }
    expect(told.mock.calls).toEqual([
      [expect.objectContaining({ requestId: '0', error: 'Service temporarily unavailable' })],
    ]);
    vi.advanceTimersByTime(60_000);
    refusals.record(unavailable('no connection'), { requestId: 'later' });
    expect(told).toHaveBeenLastCalledWith(
      expect.objectContaining({ error: expect.stringContaining('999 more') as string }),
    );
  });

  it('does not hide a new reason behind an old one', () => {
    refusals.record(unavailable('no connection'), {});
    refusals.record(unavailable('too many connections'), {});
    const cause = new Error('no connection');
    refusals.record(new StreamingError('unexpected', undefined, { cause }), {});
    expect(told).toHaveBeenCalledTimes(3);
    expect(told).toHaveBeenLastCalledWith(expect.objectContaining({ error: 'An unexpected error occurred', cause }));
  });
});
