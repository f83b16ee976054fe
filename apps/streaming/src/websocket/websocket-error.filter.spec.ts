import { textFrame } from '@fedistream/delivery';
import type { ArgumentsHost } from '@nestjs/common';
import { describe, expect, it, vi } from 'vitest';
import { RefusalLog } from '../observability/refusal-log.js';
import { ErrorFrames } from './error-frames.js';
import { WebSocketErrorFilter } from './websocket-error.filter.js';

describe('an error on a WebSocket', () => {
  it.each([new Error('secret detail'), new TypeError('secret detail'), 'secret detail', undefined])(
    'is answered with a frame without internal detail (%s)',
    (failure) => {
      const reply = vi.fn<(frame: Buffer) => void>();
      const client = { connection: { reply, viewer: { accountId: '1' } } };
      const host = { switchToWs: () => ({ getClient: () => client }) } as unknown as ArgumentsHost;
      new WebSocketErrorFilter(new ErrorFrames(new RefusalLog())).catch(failure, host);
      expect(reply.mock.calls).toEqual([[textFrame('{"error":"An unexpected error occurred","status":500}')]]);
    },
  );
});
