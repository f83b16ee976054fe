import type { CloseReason } from '@fedistream/delivery';
import type { ClientConnection } from './client-connection.js';

/** Notified of every connection that has ended. It MUST be cheap, and MUST NOT throw. */
export abstract class ConnectionObserver {
  abstract closed(connection: ClientConnection, reason: CloseReason): void;
}
