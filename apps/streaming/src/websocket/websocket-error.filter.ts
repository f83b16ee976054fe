import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { toStreamingError } from '@fedistream/domain';
import { RefusalLog } from '../observability/refusal-log.js';
import type { ClientSocket } from './client-socket.js';

/** Answers a refused message with an error frame, `{"error": "...", "status": 400}`. The socket stays open. */
@Catch()
export class WebSocketErrorFilter implements ExceptionFilter {
  constructor(private readonly refusals: RefusalLog) {}

  catch(failure: unknown, host: ArgumentsHost): void {
    const client = host.switchToWs().getClient<ClientSocket>();
    const error = toStreamingError(failure);
    this.refusals.record(error, { accountId: client.connection?.viewer.accountId });
    if (client.connection?.isWithinBudget() === true) {
      client.send(JSON.stringify({ error: error.message, status: error.status }));
    }
  }
}
