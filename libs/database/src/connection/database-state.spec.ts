import { Logger } from '@nestjs/common';
import { DatabaseError } from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DatabaseState } from './database-state.js';

const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });

function answer(code: string, message: string): DatabaseError {
  return Object.assign(new DatabaseError(message, message.length, 'error'), { code });
}

describe('DatabaseState', () => {
  let state: DatabaseState;
  let lines: string[];

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
    lines = [];
    for (const level of ['log', 'warn'] as const) {
      vi.spyOn(Logger.prototype, level).mockImplementation((line: unknown) => lines.push(`${level} ${String(line)}`));
    }
    state = new DatabaseState();
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('is up as the last attempt has shown, and says once when it is so again, and after how long', () => {
    expect(state.up).toBe(false);
    state.succeeded('SELECT 1');
    expect([state.up, lines]).toEqual([true, []]);
    state.failed(refused, 'SELECT 1');
    expect(state.up).toBe(false);
    vi.advanceTimersByTime(8_600);
    state.failed(new Error('Query read timeout'), 'SELECT 1');
    state.succeeded('SELECT 1');
    state.succeeded('SELECT 1');
    expect(state.up).toBe(true);
    expect(lines).toEqual([
      'warn PostgreSQL: connect ECONNREFUSED 127.0.0.1:1',
      'warn PostgreSQL: Query read timeout',
      'log PostgreSQL is back after 8.6 s',
    ]);
  });

  it.each(['28P01', '3D000', '53300', '57P01', '57P03', '08P01'])('is not up when it turns us away with %s', (code) => {
    state.succeeded('SELECT 1');
    state.failed(answer(code, 'no'), 'SELECT 1');
    expect(state.up).toBe(false);
  });

  it.each(['22012', '57014'])('is up when it has answered, be it with the error %s', (code) => {
    state.failed(answer(code, 'no'), 'SELECT 1');
    expect(state.up).toBe(true);
  });

  it.each(['42501', '42P01'])('is not up while one statement is refused with %s, although others succeed', (code) => {
    state.failed(answer(code, 'no'), 'SELECT FROM lists');
    state.succeeded('SELECT FROM users');
    expect(state.up).toBe(false);
    state.succeeded('SELECT FROM lists');
    expect(state.up).toBe(true);
  });

  it('forgets after a minute the refusal of a statement that is never sent again', () => {
    state.failed(answer('42501', 'no'), 'SELECT FROM lists');
    vi.advanceTimersByTime(60_000);
    state.succeeded('SELECT FROM users');
    expect(state.up).toBe(true);
  });

  it('says which setting of PgBouncer makes an outage longer', () => {
    state.failed(new Error('server login has been failing, cached error: x (server_login_retry)'), 'SELECT 1');
    expect(lines).toEqual([expect.stringContaining('set it to 1 in pgbouncer.ini')]);
  });

  it('tells each cause when it comes, and each of them only once in a while', () => {
    for (let time = 0; time < 3; time++) {
      state.failed(refused, 'SELECT 1');
      state.failed(answer('42501', 'permission denied for table lists'), 'SELECT 1');
    }
    expect(lines).toEqual([
      'warn PostgreSQL: connect ECONNREFUSED 127.0.0.1:1',
      'warn PostgreSQL: permission denied for table lists: grant this user SELECT on the tables that the server reads',
    ]);
    vi.advanceTimersByTime(10_000);
    state.failed(refused, 'SELECT 1');
    expect(lines.at(-1)).toBe(
      'warn PostgreSQL: connect ECONNREFUSED 127.0.0.1:1 (and 2 more since the last such line)',
    );
  });

  it('says what an empty database lacks, and takes the first of several addresses for the cause', () => {
    state.failed(answer('42P01', 'relation "oauth_access_tokens" does not exist'), 'SELECT 1');
    state.failed(new AggregateError([new Error('connect ECONNREFUSED ::1:5432'), refused]), 'SELECT 1');
    expect(lines).toEqual([
      'warn PostgreSQL: relation "oauth_access_tokens" does not exist: an empty database needs `npm run migrate` (docs/operations.md)',
      'warn PostgreSQL: connect ECONNREFUSED ::1:5432',
    ]);
  });
});
