import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { toStreamingError } from '@fedistream/domain';
import type { ClientSocket } from './client-socket.js';

/** Answers a refused message with an error frame: `{"error": "...", "status": 400}`. The socket stays open. */
@Catch()
export class WebSocketErrorFilter implements ExceptionFilter {
  readonly #logger = new Logger('WebSocket');

  catch(failure: unknown, host: ArgumentsHost): void {
    const client = host.switchToWs().getClient<ClientSocket>();
    const error = toStreamingError(failure);
    if (error.status >= 500) {
      this.#logger.error({ error: error.message, cause: error.cause });
    }
    if (client.connection?.keepsUp() === true) {
      client.send(JSON.stringify({ error: error.message, status: error.status }));
    }
  }
}
