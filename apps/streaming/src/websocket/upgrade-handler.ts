import { Injectable } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Authenticator, queryOf, requireScopes, type Authentication } from '@fedistream/auth';
import { StreamingError, toStreamingError } from '@fedistream/domain';
import { StreamGate, StreamRegistry, type Admission } from '@fedistream/stream-kit/server';
import { Readiness } from '../connections/readiness.js';
import { requestIdOf } from '../http/fastify.js';
import { streamingPath } from '../http/http-request.js';
import { hasPendingResponse } from '../http/pending-response.js';
import { refuseOnSocket } from '../http/refuse-on-socket.js';
import { RefusalLog } from '../observability/refusal-log.js';

/** The result of an accepted upgrade. */
export interface AcceptedUpgrade {
  readonly authentication: Authentication;
  /** The subscription that the URL asked for, if any. */
  readonly admission: Admission | undefined;
}

/** Authenticates an upgrade before the connection switches protocols, so that a refusal is a plain HTTP answer. */
@Injectable()
export class UpgradeHandler {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly gate: StreamGate,
    private readonly readiness: Readiness,
    private readonly refusals: RefusalLog,
    private readonly registry: StreamRegistry,
  ) {}

  /**
   * Authenticates an upgrade and admits the subscription that its URL asks for. An upgrade request pipelined behind an
   * open response destroys the socket.
   *
   * @returns `undefined` when the client was refused or has left meanwhile; the caller has nothing more to do
   */
  async accept(request: IncomingMessage, socket: Duplex): Promise<AcceptedUpgrade | undefined> {
    if (hasPendingResponse(socket)) {
      socket.destroy();
      return undefined;
    }
    // Without a listener, a connection reset during the token lookup would end the process.
    socket.on('error', ignore);
    request.headers['x-request-id'] = requestIdOf(request);
    try {
      const accepted = await this.#authenticate(request);
      if (!socket.destroyed) {
        socket.off('error', ignore);
        return accepted;
      }
      accepted.admission?.release();
    } catch (failure) {
      this.refuse(request, socket, toStreamingError(failure));
    }
    return undefined;
  }

  /** Answers an upgrade in plain HTTP, and ends the connection. */
  refuse(request: IncomingMessage, socket: Duplex, error: StreamingError): void {
    const requestId = String(request.headers['x-request-id']);
    this.refusals.record(error, { requestId });
    refuseOnSocket(socket, error, requestId, { headers: { 'X-Error-Message': error.message } });
  }

  async #authenticate(request: IncomingMessage): Promise<AcceptedUpgrade> {
    const target = request.url ?? '';
    const [pathname] = target.split('?', 1);
    if (pathname !== streamingPath && pathname !== `${streamingPath}/`) {
      throw new StreamingError('notFound');
    }
    if (request.method !== 'GET') {
      throw new StreamingError('methodNotAllowed');
    }
    const authentication = await this.authenticator.authenticate(request);
    const { viewer } = authentication;
    requireScopes(viewer, this.registry.scopes);
    this.readiness.requireReady();
    const query = firstOfEach(queryOf(target));
    if (!query['stream']) {
      return { authentication, admission: undefined };
    }
    const wanted = this.registry.requestByName(query['stream'], query);
    requireScopes(viewer, wanted.definition.scopes);
    return { authentication, admission: await this.gate.admit(viewer, wanted) };
  }
}

function ignore(): void {
  // A broken socket is noticed when it is used.
}

/** The first value of each parameter. */
function firstOfEach(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...query].reverse());
}
