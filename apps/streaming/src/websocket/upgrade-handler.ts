import { Injectable } from '@nestjs/common';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Authenticator, queryOf, requireScopes, type Authentication } from '@fedistream/auth';
import { StreamingError, toStreamingError, type Viewer } from '@fedistream/domain';
import {
  StreamGate,
  StreamRegistry,
  type Admission,
  type RawParams,
  type ResumeSubscription,
} from '@fedistream/stream-kit/server';
import { ConnectionLimits, type ConnectionReservation } from '../connections/connection-limits.js';
import { Readiness } from '../connections/readiness.js';
import { ClientAddress } from '../connections/client-address.js';
import { hasValidHost, requestIdOf } from '../http/fastify.js';
import { streamingPath } from '../http/http-request.js';
import { pendingResponse } from '../http/pending-response.js';
import { refuseOnSocket } from '../http/refuse-on-socket.js';
import { RefusalLog } from '../observability/refusal-log.js';
import { readWebSocketResume, wantsPositions } from './websocket-resume.js';

/** The result of an accepted upgrade. */
export interface AcceptedUpgrade {
  readonly authentication: Authentication;
  /** The place within the limits: to be taken or released. */
  readonly place: ConnectionReservation;
  /** The subscription that the URL asked for, if it asked for one and may have it. */
  readonly admission: Admission | undefined;
  /** Why the URL's subscription is refused. An error frame tells it, because a browser cannot read the status of an upgrade. */
  readonly refusal: StreamingError | undefined;
  /** The resume that the URL asks for, for {@link admission}. */
  readonly resume: ResumeSubscription | undefined;
  /** Whether the URL asks for positions of every subscription. */
  readonly wantsPositions: boolean;
}

/**
 * Authenticates an upgrade before the connection switches protocols, so that a refusal is a plain HTTP response. It ignores
 * the path, as Mastodon's server does: proxies strip or double it, and old clients append the stream to it.
 */
@Injectable()
export class UpgradeHandler {
  constructor(
    private readonly addresses: ClientAddress,
    private readonly authenticator: Authenticator,
    private readonly gate: StreamGate,
    private readonly limits: ConnectionLimits,
    private readonly readiness: Readiness,
    private readonly refusals: RefusalLog,
    private readonly registry: StreamRegistry,
  ) {}

  /**
   * Authenticates an upgrade and admits the subscription that its URL asks for. An upgrade that is pipelined
   * behind other requests waits for their responses. If one of them is an event stream, which does not end, the socket is destroyed.
   *
   * @returns `undefined` when the client was refused or has left meanwhile; the caller has nothing more to do
   */
  async accept(request: IncomingMessage, socket: Duplex): Promise<AcceptedUpgrade | undefined> {
    // Without a listener, a connection reset during the token lookup would end the process.
    socket.on('error', ignore);
    if (pendingResponse(socket) !== undefined && !(await this.#earlierResponsesEnd(socket))) {
      socket.destroy();
      return undefined;
    }
    request.headers['x-request-id'] = requestIdOf(request);
    let accountId: string | undefined;
    try {
      if (request.method !== 'GET') {
        throw new StreamingError('methodNotAllowed');
      }
      if (!hasValidHost(request)) {
        throw new StreamingError('badRequest');
      }
      const authentication = await this.authenticator.authenticate(request);
      accountId = authentication.viewer.accountId;
      const accepted = await this.#open(request, authentication);
      if (!socket.destroyed) {
        socket.off('error', ignore);
        return accepted;
      }
      accepted.place.release();
      accepted.admission?.release();
    } catch (failure) {
      this.refuse(request, socket, toStreamingError(failure), accountId);
    }
    return undefined;
  }

  /**
   * Waits for the responses to requests that came before the upgrade in the same segment.
   *
   * @returns whether they have ended; an event stream does not
   */
  async #earlierResponsesEnd(socket: Duplex): Promise<boolean> {
    for (let pending = pendingResponse(socket); pending !== undefined; pending = pendingResponse(socket)) {
      const [path = ''] = pending.req.url?.split('?', 1) ?? [];
      if (this.registry.findByPath(path.slice(`${streamingPath}/`.length).replace(/\/$/, '')) !== undefined) {
        return false;
      }
      await once(pending, 'close');
    }
    return !socket.destroyed;
  }

  /** Answers an upgrade in plain HTTP, and ends the connection. @param accountId of the viewer, if the token was accepted */
  refuse(request: IncomingMessage, socket: Duplex, error: StreamingError, accountId?: string): void {
    const requestId = String(request.headers['x-request-id']);
    this.refusals.record(error, { requestId, accountId, address: this.addresses.of(request) });
    refuseOnSocket(socket, error, requestId, { headers: { 'X-Error-Message': error.message } });
  }

  async #open(request: IncomingMessage, authentication: Authentication): Promise<AcceptedUpgrade> {
    requireScopes(authentication.viewer, this.registry.scopes);
    this.readiness.requireReady();
    const query = firstOfEach(queryOf(request.url ?? ''));
    const resume = readWebSocketResume(query, false);
    const place = this.limits.reserve(authentication.viewer, this.addresses.of(request));
    let admission: Admission | undefined;
    let refusal: StreamingError | undefined;
    if (query['stream']) {
      try {
        admission = await this.#admit(authentication.viewer, query['stream'], query, resume);
      } catch (failure) {
        refusal = toStreamingError(failure);
      }
    }
    return { authentication, place, admission, refusal, resume, wantsPositions: wantsPositions(query) };
  }

  /** @throws StreamingError when this viewer may not open the stream, or it cannot be opened now */
  async #admit(viewer: Viewer, stream: string, query: RawParams, resume?: ResumeSubscription): Promise<Admission> {
    const wanted = this.registry.requestByName(stream, query);
    requireScopes(viewer, wanted.definition.scopes);
    return this.gate.admit(viewer, wanted, resume, true);
  }
}

function ignore(): void {
  // The next use of the socket reports the error.
}

/** The first value of each parameter. */
function firstOfEach(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...query].reverse());
}
