import { expect, expectTypeOf, it } from 'vitest';
import { channels } from './index.js';

it('offers a stream the names of channels, but for those of control events', () => {
  expect(channels.home('1')).toBe('timeline:1');
  expectTypeOf(channels).not.toHaveProperty('system');
  expectTypeOf(channels).not.toHaveProperty('accessToken');
});
