import { connect } from 'node:net';
import pg from 'pg';

/** https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-CANCELREQUEST */
const cancelRequestCode = 80_877_102;
const cancelTimeoutMs = 2_000;

/**
 * A connection of node-postgres. When it ends before its statement was answered, it asks the server to cancel the statement.
 * Otherwise a statement that waits for a lock would run on after its timeout, and each retry would take one more backend.
 * A cancel request needs no session state, so it works through PgBouncer, too.
 */
export class CancellingClient extends pg.Client {
  /** Whether a statement was sent that the server has not answered. */
  #unanswered = false;

  constructor(config?: pg.ClientConfig) {
    super(config);
    const query = this.query.bind(this) as (...parameters: unknown[]) => unknown;
    this.query = ((...parameters: unknown[]) => {
      this.#unanswered = true;
      const callback = parameters.at(-1);
      if (typeof callback === 'function') {
        parameters[parameters.length - 1] = (failure: unknown, ...results: unknown[]) => {
          this.#settle(failure);
          (callback as (...all: unknown[]) => void)(failure, ...results);
        };
        return query(...parameters);
      }
      const outcome = query(...parameters);
      if (outcome instanceof Promise) {
        outcome.then(
          () => {
            this.#settle(undefined);
          },
          (failure: unknown) => {
            this.#settle(failure);
          },
        );
      }
      return outcome;
    }) as typeof this.query;
  }

  /** An error of the server is an answer. After any other failure the connection ends, so that the pool does not reuse it. */
  #settle(failure: unknown): void {
    if (failure === undefined || failure === null || failure instanceof pg.DatabaseError) {
      this.#unanswered = false;
    } else {
      void this.end();
    }
  }

  override end(): Promise<void>;
  override end(callback: (error: Error) => void): void;
  override end(callback?: (error: Error) => void): Promise<void> | undefined {
    const { processID, secretKey } = this as unknown as Session;
    if (this.#unanswered && processID !== null) {
      this.#unanswered = false;
      cancel(this, processID, secretKey);
    }
    if (callback === undefined) {
      return super.end();
    }
    super.end(callback);
    return undefined;
  }
}

/** BackendKeyData, which the server sends at connection start for cancel requests. */
interface Session {
  readonly processID: number | null;
  readonly secretKey: number | null;
}

/** Sends a cancel request, as best effort: after a failure the statement ends by itself. It is unencrypted, as libpq's is. */
function cancel({ host, port }: pg.Client, processId: number, secretKey: number | null): void {
  const request = Buffer.alloc(16);
  request.writeInt32BE(16, 0);
  request.writeInt32BE(cancelRequestCode, 4);
  request.writeInt32BE(processId, 8);
  request.writeInt32BE(secretKey ?? 0, 12);
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
  socket.setTimeout(cancelTimeoutMs, () => socket.destroy());
  socket.on('error', () => undefined);
  socket.end(request);
}
