import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { authenticationOf } from '@fedistream/auth';
import { StreamingError, toStreamingError } from '@fedistream/domain';
import { ClientAddress } from '../connections/client-address.js';
import { RefusalLog } from '../observability/refusal-log.js';
import type { FastifyRequest } from 'fastify';
import type { HttpReply } from './http-request.js';
import { refusalBody, refusalHeaders } from './refusal-response.js';

/**
 * Answers every error with `{"error": "..."}`, without internal detail.
 *
 * A temporary error of a browser's event stream gets no answer: EventSource gives up for good after any status but 200,
 * and reconnects after a lost connection (WHATWG HTML, section 9.2.2).
 */
@Catch()
export class HttpErrorFilter implements ExceptionFilter {
  constructor(
    private readonly addresses: ClientAddress,
    private readonly refusals: RefusalLog,
  ) {}

  catch(failure: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<HttpReply>();
    const error = failure instanceof HttpException ? fromNest(failure) : toStreamingError(failure);
    this.refusals.record(error, {
      requestId: reply.request.id,
      accountId: authenticationOf(reply.request)?.viewer.accountId,
      address: this.addresses.of(reply.request.raw),
    });
    if (reply.sent) {
      return;
    }
    if (error.retryAfterSeconds !== undefined && isBrowserEventStream(reply.request)) {
      this.refusals.unanswered += 1;
      reply.hijack();
      reply.request.raw.socket.destroy();
    } else {
      void reply.status(error.status).headers(refusalHeaders(error)).send(refusalBody(error));
    }
  }
}

/**
 * Whether an EventSource sends this request. Browsers send `Sec-Fetch-Mode` to https: and to localhost only (W3C Fetch
 * Metadata), and Safari only since 16.4. All name themselves Mozilla (RFC 9110, section 10.1.5), which no library does.
 */
function isBrowserEventStream({ headers }: FastifyRequest): boolean {
  const isBrowser = headers['sec-fetch-mode'] !== undefined || headers['user-agent']?.startsWith('Mozilla/') === true;
  return isBrowser && headers.accept?.includes('text/event-stream') === true;
}

/** Nest itself throws only for routes that do not exist. */
function fromNest(failure: HttpException): StreamingError {
  return failure.getStatus() === 404 ? new StreamingError('notFound') : toStreamingError(failure);
}
