import { HttpAdapterHost } from '@nestjs/core';
import { Logger } from '@nestjs/common';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DescriptorReserve } from './descriptor-reserve.js';

describe('the reserve of file descriptors', () => {
  const error = vi.fn();
  beforeEach(() => {
    vi.spyOn(Logger.prototype, 'error').mockImplementation(error.mockClear());
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each([
    [65_536, 30, 65_442],
    [1_024, 30, 930],
    [100, 90, 25],
  ])('leaves of a limit of %i with %i open ones %i to clients', (limit, open, forClients) => {
    const server = createServer();
    new DescriptorReserve(new HttpAdapterHost()).apply(server, limit, open);
    expect(server.maxConnections).toBe(forClients);
  });

  it('counts connections that are dropped, and logs them once', () => {
    const reserve = new DescriptorReserve(new HttpAdapterHost());
    const server = createServer();
    reserve.apply(server, 100, 10);
    for (let connection = 0; connection < 3; connection++) {
      server.emit('drop');
    }
    expect(reserve.dropped).toBe(3);
    expect(error.mock.calls).toEqual([[expect.objectContaining({ limit: 100, forClients: 26 })]]);
  });
});
