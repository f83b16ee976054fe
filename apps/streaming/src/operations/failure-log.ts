import { Logger } from '@nestjs/common';
import { Occasionally, type ErrorCode, type StreamingError } from '@fedistream/domain';

/**
 * Tells the operators of refusals whose reason is on this side. Each reason is told once and then now and then: while a
 * dependency is down, everybody who comes is refused, and thousands come.
 */
export class FailureLog {
  readonly #logger: Logger;
  readonly #occasionally = new Map<ErrorCode, Occasionally>();

  /** @param context where it happened, as the log names it */
  constructor(context: string) {
    this.#logger = new Logger(context);
  }

  /** Says nothing about refusals that are the client's own doing. */
  add(error: StreamingError, requestId?: string): void {
    if (error.status < 500) {
      return;
    }
    let occasionally = this.#occasionally.get(error.code);
    if (occasionally === undefined) {
      occasionally = new Occasionally();
      this.#occasionally.set(error.code, occasionally);
    }
    occasionally.run((suffix) => {
      this.#logger.error({ requestId, error: `${error.message}${suffix}`, cause: error.cause });
    });
  }
}
