import type { ArgumentsHost } from '@nestjs/common';
import { describe, expect, it, vi } from 'vitest';
import { RefusalLog } from '../observability/refusal-log.js';
import { ErrorFrames } from './error-frames.js';
import { WebSocketErrorFilter } from './websocket-error.filter.js';

describe('an error on a WebSocket', () => {
  it.each([new Error('secret detail'), new TypeError('secret detail'), 'secret detail', undefined])(
    'is answered with a frame without internal detail (%s)',
    (failure) => {
      const send = vi.fn<(frame: string) => void>();
      const client = { send, connection: { isWithinBudget: () => true, viewer: { accountId: '1' } } };
      const host = { switchToWs: () => ({ getClient: () => client }) } as unknown as ArgumentsHost;
      new WebSocketErrorFilter(new ErrorFrames(new RefusalLog())).catch(failure, host);
      expect(send.mock.calls).toEqual([['{"error":"An unexpected error occurred","status":500}']]);
    },
  );
});
