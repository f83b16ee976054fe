import { Injectable, Logger } from '@nestjs/common';
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Authenticator, AuthStatistics, requireScopes, wwwAuthenticate, type Authentication } from '@fedistream/auth';
import { StreamingError, toStreamingError, type Scope, type Viewer } from '@fedistream/domain';
import { StreamRegistry, type Admission } from '@fedistream/stream-kit';
import { Clients } from '../clients.js';
import { requestIdOf } from '../http/fastify.js';
import { streamingPath } from '../http/http-request.js';

/** With what a WebSocket opens. */
export interface Entry {
  readonly authentication: Authentication;
  /** The subscription that the URL asked for, if it did. */
  readonly admission: Admission | undefined;
}

/** Decides about an upgrade before anything is switched, so that a refusal is a plain HTTP answer. */
@Injectable()
export class Upgrade {
  readonly #logger = new Logger('Upgrade');

  constructor(
    private readonly authenticator: Authenticator,
    private readonly clients: Clients,
    private readonly registry: StreamRegistry,
    private readonly statistics: AuthStatistics,
  ) {}

  /**
   * Authenticates, and opens what the URL asks for.
   *
   * @returns `undefined` when the client was refused, or has left meanwhile: there is nothing more to do
   */
  async enter(request: IncomingMessage, socket: Duplex): Promise<Entry | undefined> {
    // Without a listener, a reset while the token is looked up would end the process.
    socket.on('error', ignore);
    request.headers['x-request-id'] = requestIdOf(request);
    try {
      const entry = await this.#enter(request);
      if (!socket.destroyed) {
        socket.off('error', ignore);
        return entry;
      }
      entry.admission?.release();
    } catch (failure) {
      this.#refuse(request, socket, toStreamingError(failure));
    }
    return undefined;
  }

  async #enter(request: IncomingMessage): Promise<Entry> {
    const { pathname, query } = readUrl(request.url ?? '');
    if (pathname !== streamingPath && pathname !== `${streamingPath}/`) {
      throw new StreamingError('notFound');
    }
    const authentication = await this.authenticator.admit(request);
    const { viewer } = authentication;
    this.#requireScopes(viewer, this.registry.scopes);
    this.clients.requireReady();
    if (query['stream'] === undefined) {
      return { authentication, admission: undefined };
    }
    const wanted = this.registry.requestByName(query['stream'], query);
    this.#requireScopes(viewer, wanted.definition.scopes);
    return { authentication, admission: await this.clients.admit(viewer, wanted) };
  }

  #requireScopes(viewer: Viewer, scopes: readonly Scope[]): void {
    try {
      requireScopes(viewer, scopes);
    } catch (refusal) {
      this.statistics.countRefusal(refusal);
      throw refusal;
    }
  }

  #refuse(request: IncomingMessage, socket: Duplex, error: StreamingError): void {
    if (error.status >= 500) {
      this.#logger.error({ requestId: request.headers['x-request-id'], error: error.message, cause: error.cause });
    }
    const challenge = wwwAuthenticate(error);
    const head = [
      `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? ''}`,
      'Connection: close',
      'Content-Length: 0',
      'Access-Control-Allow-Origin: *',
      `X-Request-Id: ${String(request.headers['x-request-id'])}`,
      `X-Error-Message: ${error.message}`,
      ...(challenge === undefined ? [] : [`WWW-Authenticate: ${challenge}`]),
      ...(error.retryAfterSeconds === undefined ? [] : [`Retry-After: ${error.retryAfterSeconds}`]),
    ];
    socket.once('finish', () => socket.destroy());
    socket.end(`${head.join('\r\n')}\r\n\r\n`);
  }
}

function ignore(): void {
  // What is wrong with the socket shows when it is used.
}

/** The parts of a request target. Of a repeated parameter the first counts; nothing here throws. */
function readUrl(target: string): { pathname: string; query: Record<string, string> } {
  const [pathname = '', search = ''] = target.split('?', 2);
  const query: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(search)) {
    query[name] ??= value;
  }
  return { pathname, query };
}
