import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { StreamingError, type ErrorCode } from '@fedistream/domain';
import type { FastifyRequest } from 'fastify';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Refusals } from '../observability/refusals.js';
import { allowedMethods } from './allowed-methods.js';
import { IncomingRequest } from './incoming-request.js';
import { refusalBody } from './refusal.js';
import { refuseOnSocket } from './refuse-on-socket.js';

const usableRequestId = /^[\x21-\x7e]{1,128}$/;

/** The caller's `X-Request-Id`, if it can be repeated in a header and a log, or a new UUID. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && usableRequestId.test(given) ? given : randomUUID();
}

/** Fastify as this server needs it: both slashes, HEAD wherever there is GET, our error bodies. */
export function createFastifyAdapter(trustedProxies: string): FastifyAdapter {
  return new FastifyAdapter({
    genReqId: requestIdOf,
    trustProxy: trustedProxies,
    exposeHeadRoutes: true,
    // When the server closes, `Clients` has seen off whoever had a stream; nobody else is to be waited for.
    forceCloseConnections: true,
    // See `configureHttp`.
    clientErrorHandler: () => undefined,
    // A missing `Host` is refused like everything else, see `faultOf`; Node would say nothing but its status.
    http: { IncomingMessage: IncomingRequest, requireHostHeader: false },
    rewriteUrl: ({ url = '' }) => targetForRouter(url),
    routerOptions: { ignoreTrailingSlash: true },
  });
}

const origin = /^https?:\/\/[^/?]*/i;

/**
 * A request's target as the router is to see it: always a path and a query, of which it decodes nothing. So paths are
 * compared as they were sent (`%2F` is no slash), and there are none that cannot be read.
 */
function targetForRouter(target: string): string {
  if (target.startsWith('/') && !target.includes('%')) {
    return target;
  }
  const local = target.replace(origin, '');
  const [path = ''] = local.split('?', 1);
  return `${path.startsWith('/') ? '' : '/'}${path.replaceAll('%', '%25')}${local.slice(path.length)}`;
}

/** What Node's parser and timers call the reasons that are not simply a bad request. */
const badBytes: Readonly<Record<string, ErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'requestTimeout',
  HPE_HEADER_OVERFLOW: 'headersTooLarge',
};

/** What is no HTTP is refused like everything else, unless an answer has begun: nothing may be written into its middle. */
function refuseBadBytes(failure: NodeJS.ErrnoException, socket: Socket, refusals: Refusals): void {
  if (socket.bytesWritten > 0 || !socket.writable) {
    socket.destroy();
    return;
  }
  const error = new StreamingError(badBytes[failure.code ?? ''] ?? 'badRequest');
  const requestId = randomUUID();
  refusals.add(error, { requestId });
  const headers = { 'Content-Type': 'application/json; charset=utf-8' };
  refuseOnSocket(socket, error, requestId, { headers, body: JSON.stringify(refusalBody(error)) });
}

/**
 * What is wrong with a request whatever it asks for: it wants to change something, or lacks its `Host` (RFC 9112, section
 * 3.2).
 */
function faultOf({ method, headers, raw }: FastifyRequest): StreamingError | undefined {
  if (!allowedMethods.includes(method)) {
    return new StreamingError('methodNotAllowed');
  }
  return headers.host === undefined && raw.httpVersion === '1.1' ? new StreamingError('badRequest') : undefined;
}

/** What holds for every answer: request id, CORS, and that there is nothing to change here. */
export function configureHttp(app: NestFastifyApplication): void {
  // Later than `onRequest`: a preflight is answered by this hook, and needs a request id like every answer.
  const hook = 'preParsing';
  const methods = allowedMethods.join(', ');
  app.enableCors({ origin: '*', methods, optionsSuccessStatus: 204, strictPreflight: false, hook });
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('X-Request-Id', request.id).header('Access-Control-Allow-Origin', '*');
    done(faultOf(request));
  });
  const refusals = app.get(Refusals);
  const server = app.getHttpServer();
  // An expectation that one does not know may be passed over (RFC 9110, section 10.1.1).
  server.on('checkExpectation', (...exchange) => server.emit('request', ...exchange));
  server.on('clientError', (failure: NodeJS.ErrnoException, socket: Socket) => {
    refuseBadBytes(failure, socket, refusals);
  });
}
