import { Injectable, Logger } from '@nestjs/common';
import { errorTable, type ErrorCode, type StreamingError } from '@fedistream/domain';
import { KeyedLogThrottle } from '@fedistream/util';

/** Who was refused, as far as the log may know: never a token. */
export interface Refused {
  /** Of the HTTP request; its answer told it, too. */
  readonly requestId?: string;
  /** Of the viewer whose WebSocket message it was. */
  readonly accountId?: string | undefined;
}

/**
 * Every refusal, whatever was asked for and over whichever transport: counted, and told to the operators. A reason on this
 * side is told once and then now and then: while a dependency is down, everybody who comes is refused, and thousands
 * come. What is the client's own doing is told at level debug only.
 */
@Injectable()
export class Refusals {
  /** Since the start. */
  readonly byCode = Object.fromEntries(Object.keys(errorTable).map((code) => [code, 0])) as Record<ErrorCode, number>;

  readonly #logger = new Logger(Refusals.name);
  readonly #reasons = new KeyedLogThrottle();

  /** Takes note of one. */
  add(error: StreamingError, refused: Refused): void {
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
