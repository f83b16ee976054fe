import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { wwwAuthenticate } from '@fedistream/auth';
import { StreamingError, toStreamingError } from '@fedistream/domain';
import { FailureLog } from '../operations/failure-log.js';
import type { HttpReply } from './http-request.js';

/** Turns whatever went wrong into `{"error": "..."}`, with nothing internal in it. */
@Catch()
export class HttpErrorFilter implements ExceptionFilter {
  readonly #failures = new FailureLog('HTTP');

  catch(failure: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<HttpReply>();
    const error = failure instanceof HttpException ? fromNest(failure) : toStreamingError(failure);
    this.#failures.add(error, reply.request.id);
    if (!reply.sent) {
      answer(reply, error);
    }
  }
}

/** Sends a refusal with the headers that belong to it. */
export function answer(reply: HttpReply, error: StreamingError): void {
  const challenge = wwwAuthenticate(error);
  if (challenge !== undefined) {
    void reply.header('WWW-Authenticate', challenge);
  }
  if (error.retryAfterSeconds !== undefined) {
    void reply.header('Retry-After', error.retryAfterSeconds);
  }
  void reply.header('Cache-Control', 'private, no-store').status(error.status).send(errorBody(error));
}

/** The body of every refusal. */
export function errorBody({ message }: StreamingError): { readonly error: string } {
  return { error: message };
}

/** Nest itself refuses only routes that do not exist. */
function fromNest(failure: HttpException): StreamingError {
  return failure.getStatus() === 404 ? new StreamingError('notFound') : toStreamingError(failure);
}
