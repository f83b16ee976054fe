import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { toStreamingError } from '@fedistream/domain';
import type { ClientSocket } from './client-socket.js';
import { ErrorFrames } from './error-frames.js';

/** Answers a refused message with an error frame. */
@Catch()
export class WebSocketErrorFilter implements ExceptionFilter {
  constructor(private readonly frames: ErrorFrames) {}

  catch(failure: unknown, host: ArgumentsHost): void {
    this.frames.answer(host.switchToWs().getClient<ClientSocket>(), toStreamingError(failure));
  }
}
