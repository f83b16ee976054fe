import { Injectable, Logger } from '@nestjs/common';
import type { CloseReason } from '@fedistream/delivery';
import { KeyedLogThrottle } from '@fedistream/util';
import type { ClientConnection } from './client-connection.js';

/** What the log says about a reason, and how loudly. */
interface CloseLine {
  readonly level: 'log' | 'warn';
  readonly text: string;
}

/** Every reason has a line, except that a client has left by itself. */
export const closeLines: Readonly<Record<CloseReason['name'], CloseLine | undefined>> = {
  revoked: { level: 'log', text: 'its token or account may no longer stream' },
  restart: { level: 'log', text: 'this process drains; the client reconnects' },
  slow: { level: 'warn', text: 'it does not read its events, and more than OUTPUT_BUDGET_KIB wait' },
  binary: { level: 'log', text: 'it sent a binary frame, which the protocol does not know' },
  flooding: { level: 'warn', text: 'it sent far more than MAX_MESSAGES_PER_SECOND' },
  idle: { level: 'log', text: 'it did not answer a ping' },
  gone: undefined,
};

/** Logs clients that the server disconnects: at most one line in ten seconds for each reason, which says how many there were. */
@Injectable()
export class CloseLog {
  readonly #logger = new Logger('Connections');
  readonly #throttle = new KeyedLogThrottle();

  /** Logs that a connection was closed. @param unsentBytes what its client had not read */
  record(
    { viewer, address }: Pick<ClientConnection, 'viewer' | 'address'>,
    { name }: CloseReason,
    unsentBytes: number,
  ): void {
    const line = closeLines[name];
    if (line !== undefined) {
      this.#throttle.run(name, (suffix) => {
        this.#logger[line.level]({
          msg: `Client disconnected: ${line.text}${suffix}`,
          reason: name,
          accountId: viewer.accountId,
          tokenId: viewer.tokenId,
          address,
          unsentBytes,
        });
      });
    }
  }
}
