import { Injectable, Logger } from '@nestjs/common';
import { errorTable, type ErrorCode, type StreamingError } from '@fedistream/domain';
import { StreamFailure } from '@fedistream/stream-kit/server';
import { KeyedLogThrottle, LogThrottle } from '@fedistream/util';

/** What the log says about a refused client. It MUST NOT hold a token. */
export interface RefusedClient {
  /** Of the HTTP request, also sent in its answer. */
  readonly requestId?: string;
  /** Of the viewer, if the token was accepted. */
  readonly accountId?: string | undefined;
  /** The client's IP address. */
  readonly address?: string | undefined;
}

/**
 * Counts and logs every refusal of both transports. Each kind of refusal has at most one line in ten seconds, which says how
 * many there were: an outage refuses thousands of clients, and a client may come back at any rate. Server-side causes are
 * errors, limits are warnings, mistakes of clients are information. LOG_LEVEL=debug adds a line for each refusal.
 */
@Injectable()
export class RefusalLog {
  /** Refusals since the start. */
  readonly byCode = Object.fromEntries(Object.keys(errorTable).map((code) => [code, 0])) as Record<ErrorCode, number>;

  /** Temporary refusals of browsers' event streams since the start, whose socket was closed without an answer. */
  unanswered = 0;

  /** Requests since the start that were handled later, because their connection sent them too fast. */
  delayed = 0;

  readonly #logger = new Logger(RefusalLog.name);
  readonly #serverReasons = new KeyedLogThrottle();
  readonly #clientReasons = new KeyedLogThrottle();
  readonly #delays = new LogThrottle();

  /** Counts and logs one refusal. */
  record(error: StreamingError, refused: RefusedClient): void {
    const { code, message, status, cause } = error;
    this.byCode[code] += 1;
    this.#logger.debug({ ...refused, code });
    if (status >= 500) {
      this.#serverReasons.run(reasonOf(error), (suffix) => {
        const fields = cause instanceof StreamFailure ? cause.fields : {};
        this.#logger.error({ ...refused, ...fields, code, error: `${message}${suffix}`, cause });
      });
      return;
    }
    this.#clientReasons.run(code, (suffix) => {
      const line = { msg: `Refused a client with ${status}: ${message}${suffix}`, code, ...refused };
      if (status === 429) {
        this.#logger.warn(line);
      } else {
        this.#logger.log(line);
      }
    });
  }

  /** Counts and logs a request that is handled later. */
  recordDelay(address: string | undefined): void {
    this.delayed += 1;
    this.#delays.run((suffix) => {
      this.#logger.warn({
        msg: `Requests of a client are handled more slowly: it sends more than MAX_REQUESTS_PER_SECOND${suffix}`,
        address,
      });
    });
  }
}

function reasonOf({ code, cause }: StreamingError): string {
  return `${code} ${cause instanceof Error ? cause.message : String(cause)}`;
}
