import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { StreamingError, toStreamingError } from '@fedistream/domain';
import { Refusals } from '../observability/refusals.js';
import type { HttpReply } from './http-request.js';
import { refusalBody, refusalHeaders } from './refusal.js';

/** Turns whatever went wrong into `{"error": "..."}`, with nothing internal in it. */
@Catch()
export class HttpErrorFilter implements ExceptionFilter {
  constructor(private readonly refusals: Refusals) {}

  catch(failure: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<HttpReply>();
    const error = failure instanceof HttpException ? fromNest(failure) : toStreamingError(failure);
    this.refusals.add(error, { requestId: reply.request.id });
    if (!reply.sent) {
      void reply.status(error.status).headers(refusalHeaders(error)).send(refusalBody(error));
    }
  }
}

/** Nest itself refuses only routes that do not exist. */
function fromNest(failure: HttpException): StreamingError {
  return failure.getStatus() === 404 ? new StreamingError('notFound') : toStreamingError(failure);
}
