import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { StreamingError, toStreamingError } from '@fedistream/domain';
import { RefusalLog } from '../observability/refusal-log.js';
import type { HttpReply } from './http-request.js';
import { refusalBody, refusalHeaders } from './refusal-response.js';

/** Answers every error with `{"error": "..."}`, without internal detail. */
@Catch()
export class HttpErrorFilter implements ExceptionFilter {
  constructor(private readonly refusals: RefusalLog) {}

  catch(failure: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<HttpReply>();
    const error = failure instanceof HttpException ? fromNest(failure) : toStreamingError(failure);
    this.refusals.record(error, { requestId: reply.request.id });
    if (!reply.sent) {
      void reply.status(error.status).headers(refusalHeaders(error)).send(refusalBody(error));
    }
  }
}

/** Nest itself throws only for routes that do not exist. */
function fromNest(failure: HttpException): StreamingError {
  return failure.getStatus() === 404 ? new StreamingError('notFound') : toStreamingError(failure);
}
