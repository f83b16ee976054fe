import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ClientInputs, type ClientInput } from './client-input.js';
import { InputSettings } from './input-budget.js';

class Settings extends InputSettings {
  override readonly maxMessagesPerSecond = 10;
  override readonly maxMessagesPerSecondPerAccount = 20;
  override readonly maxRequestsPerSecond = 1;
}

/** The longest pause that one of so many frames asked for. */
function spend(client: ClientInput, frames: number, nowMs: number): number {
  return Math.max(...Array.from({ length: frames }, () => client.spend(nowMs)));
}

describe('the input of clients', () => {
  const warn = vi.fn();
  let inputs: ClientInputs;
  let nowMs: number;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
    vi.spyOn(Logger.prototype, 'warn').mockImplementation(warn.mockClear());
    inputs = new ClientInputs(new Settings());
    nowMs = performance.now();
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('reads the clients of an account slower when they exceed its budget together, and logs that once', () => {
    const clients = Array.from({ length: 10 }, () => inputs.open('1'));
    expect(clients.slice(0, 2).map((client) => spend(client, 100, nowMs))).toEqual([0, 0]);
    const pauses = clients.slice(2).map((client) => client.spend(nowMs));
    expect(pauses[0]).toBeCloseTo(50, 0);
    expect(pauses.at(-1)).toBeCloseTo(400, 0);
    expect(inputs.delayed).toBe(8);
    expect(warn.mock.calls).toEqual([[expect.objectContaining({ accountId: '1' })]]);
  });

  it('closes no client for what others of its account send, and pauses it for 10 s at most', () => {
    const quiet = inputs.open('1');
    for (let client = 0; client < 20; client++) {
      spend(inputs.open('1'), 100, nowMs);
    }
    expect(quiet.spend(nowMs)).toBe(10_000);
    expect(quiet.spend(nowMs + 30_000)).toBe(0);
  });

  it('does not count an account against another one', () => {
    spend(inputs.open('1'), 100, nowMs);
    spend(inputs.open('1'), 100, nowMs);
    expect(spend(inputs.open('2'), 100, nowMs)).toBe(0);
  });

  it('asks to close a client that is beyond its own budget by a whole bucket', () => {
    expect(spend(inputs.open('1'), 201, nowMs)).toBe(Infinity);
  });

  it('keeps the budget of an account while one of its clients is connected, and nothing afterwards', () => {
    const [one, other] = [inputs.open('1'), inputs.open('1')];
    spend(one, 100, nowMs);
    spend(other, 100, nowMs);
    one.release();
    expect(inputs.open('1').spend(nowMs)).toBeGreaterThan(0);
    other.release();
    expect(inputs.size).toBe(1);
    const again = inputs.open('2');
    again.release();
    expect(inputs.size).toBe(1);
  });
});
