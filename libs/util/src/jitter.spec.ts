import { afterEach, describe, expect, it, vi } from 'vitest';
import { jitter } from './jitter.js';

describe('jitter', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each([
    [0, 80],
    [0.5, 100],
    [0.75, 110],
  ])('maps the random number %d to its place between the bounds: %d ms', (random, expected) => {
    vi.spyOn(Math, 'random').mockReturnValue(random);
    expect(jitter(80, 120)).toBe(expected);
  });
});
