import { Injectable } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Authenticator, queryOf, requireScopes, type Authentication } from '@fedistream/auth';
import { StreamingError, toStreamingError } from '@fedistream/domain';
import { StreamRegistry, type Admission } from '@fedistream/stream-kit/server';
import { Clients } from '../connections/clients.js';
import { requestIdOf } from '../http/fastify.js';
import { streamingPath } from '../http/http-request.js';
import { isAnswering } from '../http/is-answering.js';
import { refuseOnSocket } from '../http/refuse-on-socket.js';
import { Refusals } from '../observability/refusals.js';

/** With what a WebSocket opens. */
export interface Entry {
  readonly authentication: Authentication;
  /** The subscription that the URL asked for, if it did. */
  readonly admission: Admission | undefined;
}

/** Decides about an upgrade before anything is switched, so that a refusal is a plain HTTP answer. */
@Injectable()
export class Upgrade {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly clients: Clients,
    private readonly registry: StreamRegistry,
    private readonly refusals: Refusals,
  ) {}

  /**
   * Authenticates, and opens what the URL asks for.
   *
   * @returns `undefined` when the client was refused, or has left meanwhile: there is nothing more to do. Who asks while an
   *   event stream is open on the same connection loses both
   */
  async enter(request: IncomingMessage, socket: Duplex): Promise<Entry | undefined> {
    if (isAnswering(socket)) {
      socket.destroy();
      return undefined;
    }
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
      this.refuse(request, socket, toStreamingError(failure));
    }
    return undefined;
  }

  /** Answers an upgrade in plain HTTP, and ends the connection. */
  refuse(request: IncomingMessage, socket: Duplex, error: StreamingError): void {
    const requestId = String(request.headers['x-request-id']);
    this.refusals.add(error, { requestId });
    refuseOnSocket(socket, error, requestId, { headers: { 'X-Error-Message': error.message } });
  }

  async #enter(request: IncomingMessage): Promise<Entry> {
    const target = request.url ?? '';
    const [pathname] = target.split('?', 1);
    if (pathname !== streamingPath && pathname !== `${streamingPath}/`) {
      throw new StreamingError('notFound');
    }
    if (request.method !== 'GET') {
      throw new StreamingError('methodNotAllowed');
    }
    const authentication = await this.authenticator.authenticateRequest(request);
    const { viewer } = authentication;
    requireScopes(viewer, this.registry.scopes);
    this.clients.requireReady();
    const query = firstOfEach(queryOf(target));
    if (!query['stream']) {
      return { authentication, admission: undefined };
    }
    const wanted = this.registry.requestByName(query['stream'], query);
    requireScopes(viewer, wanted.definition.scopes);
    return { authentication, admission: await this.clients.admit(viewer, wanted) };
  }
}

function ignore(): void {
  // What is wrong with the socket shows when it is used.
}

/** Of a repeated parameter the first counts. */
function firstOfEach(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...query].reverse());
}
