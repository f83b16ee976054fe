import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { toStreamingError } from '@fedistream/domain';
import { FailureLog } from '../operations/failure-log.js';
import type { ClientSocket } from './client-socket.js';

/** Answers a refused message with an error frame: `{"error": "...", "status": 400}`. The socket stays open. */
@Catch()
export class WebSocketErrorFilter implements ExceptionFilter {
  readonly #failures = new FailureLog('WebSocket');

  catch(failure: unknown, host: ArgumentsHost): void {
    const client = host.switchToWs().getClient<ClientSocket>();
    const error = toStreamingError(failure);
    this.#failures.add(error);
    if (client.connection?.keepsUp() === true) {
      client.send(JSON.stringify({ error: error.message, status: error.status }));
    }
  }
}
