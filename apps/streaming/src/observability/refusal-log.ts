import { Injectable, Logger } from '@nestjs/common';
import { errorTable, type ErrorCode, type StreamingError } from '@fedistream/domain';
import { KeyedLogThrottle } from '@fedistream/util';

/** What the log says about a refused client. It MUST NOT hold a token. */
export interface RefusedClient {
  /** Of the HTTP request, also sent in its answer. */
  readonly requestId?: string;
  /** Of the viewer whose WebSocket message was refused. */
  readonly accountId?: string | undefined;
}

/**
 * Counts and logs every refusal of both transports. Server-side causes are logged as errors, rate-limited by cause: during
 * an outage thousands of clients are refused for one reason. Client errors are logged at level debug.
 */
@Injectable()
export class RefusalLog {
  /** Refusals since the start. */
  readonly byCode = Object.fromEntries(Object.keys(errorTable).map((code) => [code, 0])) as Record<ErrorCode, number>;

  /** Temporary refusals of browsers' event streams since the start, whose socket was closed without an answer. */
  unanswered = 0;

  readonly #logger = new Logger(RefusalLog.name);
  readonly #reasons = new KeyedLogThrottle();

  /** Counts and logs one refusal. */
  record(error: StreamingError, refused: RefusedClient): void {
    this.byCode[error.code] += 1;
    this.#logger.debug({ ...refused, code: error.code });
    if (error.status >= 500) {
      this.#reasons.run(reasonOf(error), (suffix) => {
        this.#logger.error({ ...refused, error: `${error.message}${suffix}`, cause: error.cause });
      });
    }
  }
}

function reasonOf({ code, cause }: StreamingError): string {
  return `${code} ${cause instanceof Error ? cause.message : String(cause)}`;
}
