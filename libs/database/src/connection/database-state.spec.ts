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

  it('is up or down as the last statement has shown, and logs once how long an outage lasted', () => {
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

  it.each(['28P01', '3D000', '53300', '57P01', '57P03', '08P01'])(
    'is down when the server refuses the connection with %s',
    (code) => {
      state.succeeded('SELECT 1');
      state.failed(answer(code, 'no'), 'SELECT 1');
      expect(state.up).toBe(false);
    },
  );

  it.each(['22012', '57014'])('is up when the server has answered with the error %s', (code) => {
    state.failed(answer(code, 'no'), 'SELECT 1');
    expect(state.up).toBe(true);
  });

  it.each(['42501', '42P01'])('is down while one statement is refused with %s, although others succeed', (code) => {
    state.failed(answer(code, 'no'), 'SELECT FROM lists');
    state.succeeded('SELECT FROM users');
    expect(state.up).toBe(false);
    state.succeeded('SELECT FROM lists');
    expect(state.up).toBe(true);
  });

  it('is up again a minute after a statement was refused that is never sent again', () => {
    state.failed(answer('42501', 'no'), 'SELECT FROM lists');
    vi.advanceTimersByTime(60_000);
    state.succeeded('SELECT FROM users');
    expect(state.up).toBe(true);
  });

  it('names the setting of PgBouncer that prolongs an outage', () => {
    state.failed(new Error('server login has been failing, cached error: x (server_login_retry)'), 'SELECT 1');
    expect(lines).toEqual([expect.stringContaining('set it to 1 in pgbouncer.ini')]);
  });

  it('logs each cause at once, and repeats it at most every 10 s', () => {
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

  it('names the command for an empty database, and the first cause of an AggregateError', () => {
    state.failed(answer('42P01', 'relation "oauth_access_tokens" does not exist'), 'SELECT 1');
    state.failed(new AggregateError([new Error('connect ECONNREFUSED ::1:5432'), refused]), 'SELECT 1');
    expect(lines).toEqual([
      'warn PostgreSQL: relation "oauth_access_tokens" does not exist: an empty database needs `npm run migrate` (docs/operations.md)',
      'warn PostgreSQL: connect ECONNREFUSED ::1:5432',
    ]);
  });
});
