import { Injectable } from '@nestjs/common';
import { textFrame } from '@fedistream/delivery';
import type { StreamingError } from '@fedistream/domain';
import { ClientConnection } from '../connections/client-connection.js';
import { RefusalLog } from '../observability/refusal-log.js';
import type { ClientSocket } from './client-socket.js';

/** Answers refusals on an open WebSocket with an error frame, `{"error": "...", "status": 400}`. The socket stays open. */
@Injectable()
export class ErrorFrames {
  constructor(private readonly refusals: RefusalLog) {}

  /** Counts and logs a refusal, and sends its frame unless the client has too much unread output. */
  answer(client: ClientSocket, error: StreamingError): void {
    const { connection } = client;
    const address = connection instanceof ClientConnection ? connection.address : undefined;
    this.refusals.record(error, { accountId: connection?.viewer.accountId, address });
    connection?.reply(textFrame(JSON.stringify({ error: error.message, status: error.status })));
  }
}
