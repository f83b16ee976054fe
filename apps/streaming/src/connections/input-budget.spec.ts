import { describe, expect, it } from 'vitest';
import { InputBudget } from './input-budget.js';

const budget = () => new InputBudget(10, 0);

/** The result of the last of so many messages. */
function spend(of: InputBudget, messages: number, nowMs: number): number {
  let pauseMs = 0;
  for (let sent = 0; sent < messages; sent++) {
    pauseMs = of.spend(nowMs);
  }
  return pauseMs;
}

describe('the input budget', () => {
  it('accepts ten seconds’ worth of messages at once, and then asks to read slower', () => {
    const client = budget();
    expect(spend(client, 100, 0)).toBe(0);
    expect(client.spend(0)).toBe(100);
    expect(client.spend(0)).toBe(200);
  });

  it('accepts the permitted rate for ever', () => {
    const client = budget();
    for (let second = 0; second < 1_000; second++) {
      expect(spend(client, 10, second * 1_000)).toBe(0);
    }
  });

  it('does not save more than one bucket', () => {
    const client = budget();
    expect(spend(client, 100, 3_600_000)).toBe(0);
    expect(client.spend(3_600_000)).toBeGreaterThan(0);
  });

  it('asks to close a client that is beyond it by a whole bucket', () => {
    const client = budget();
    expect(spend(client, 200, 0)).toBe(10_000);
    expect(client.spend(0)).toBe(Infinity);
  });
});
