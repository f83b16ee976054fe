import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { StreamingError, type ErrorCode } from '@fedistream/domain';
import type { FastifyRequest } from 'fastify';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { RefusalLog } from '../observability/refusal-log.js';
import { allowedMethods } from './allowed-methods.js';
import { IncomingRequest } from './incoming-request.js';
import { handleOneRequestAtATime, type PipeliningHooks } from './pipelining.js';
import { refusalBody } from './refusal-response.js';
import { refuseOnSocket } from './refuse-on-socket.js';

const usableRequestId = /^[\x21-\x7e]{1,128}$/;

/** The caller's `X-Request-Id` if it is printable ASCII of at most 128 characters, or a new UUID. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && usableRequestId.test(given) ? given : randomUUID();
}

/** Fastify with trailing slashes ignored, HEAD for every GET, and this server's error bodies. */
export function createFastifyAdapter(trustedProxies: string): FastifyAdapter {
  return new FastifyAdapter({
    genReqId: requestIdOf,
    trustProxy: trustedProxies,
    exposeHeadRoutes: true,
    // `ConnectionDrain` has closed the streams before the server closes; no other connection is worth waiting for.
    forceCloseConnections: true,
    // See `configureHttp`.
    clientErrorHandler: () => undefined,
    // `requestFault` refuses a missing `Host` with a body; Node would send only a status.
    http: { IncomingMessage: IncomingRequest, requireHostHeader: false },
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    rewriteUrl: ({ url = '' }) => targetForRouter(url),
    routerOptions: { ignoreTrailingSlash: true },
  });
}

/**
 * In place of Fastify's compilers of JSON schemas, which no route has: loading them is a seventh of the start.
 *
 * @throws Error always: it is called for the first route with a schema
 */
function noSchemas(): never {
  throw new Error('a route has a schema: give Fastify its own compilers again');
}

const origin = /^https?:\/\/[^/?]*/i;

/**
 * The request target for the router: always a path and a query, with `%` escaped so that the router decodes nothing. Paths
 * are compared as they were sent (`%2F` is no slash), and malformed encoding is no error.
 */
function targetForRouter(target: string): string {
  if (target.startsWith('/') && !target.includes('%')) {
    return target;
  }
  const local = target.replace(origin, '');
  const [path = ''] = local.split('?', 1);
  return `${path.startsWith('/') ? '' : '/'}${path.replaceAll('%', '%25')}${local.slice(path.length)}`;
}

/** Node's error codes that are not a plain bad request. */
const errorCodes: Readonly<Record<string, ErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'requestTimeout',
  HPE_HEADER_OVERFLOW: 'headersTooLarge',
};

/** Refuses bytes that are no HTTP request, unless a response has begun: nothing may be written into its middle. */
function refuseMalformedRequest(failure: NodeJS.ErrnoException, socket: Socket, refusals: RefusalLog): void {
  if (socket.bytesWritten > 0 || !socket.writable) {
    socket.destroy();
    return;
  }
  const error = new StreamingError(errorCodes[failure.code ?? ''] ?? 'badRequest');
  const requestId = randomUUID();
  refusals.record(error, { requestId, address: socket.remoteAddress });
  const headers = { 'Content-Type': 'application/json; charset=utf-8' };
  refuseOnSocket(socket, error, requestId, { headers, body: JSON.stringify(refusalBody(error)) });
}

/**
 * The refusal of a request regardless of its path: a method that is not allowed, or not exactly one `Host` (RFC 9112,
 * section 3.2).
 */
function requestFault({ method, raw }: FastifyRequest): StreamingError | undefined {
  if (!allowedMethods.includes(method)) {
    return new StreamingError('methodNotAllowed');
  }
  return hasValidHost(raw) ? undefined : new StreamingError('badRequest');
}

/** Whether a request has exactly one `Host`; HTTP/1.0 may have none. */
export function hasValidHost({ rawHeaders, httpVersion }: IncomingMessage): boolean {
  let hosts = 0;
  // Names and values in turn. Node's collections of them have no other use here, and would be made for each request.
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    hosts += name?.length === 'host'.length && name.toLowerCase() === 'host' ? 1 : 0;
  }
  return hosts === 1 || (hosts === 0 && httpVersion !== '1.1');
}

/**
 * Sets up what applies to every request: request id, CORS, allowed methods, malformed requests, and how fast one connection
 * may send them.
 *
 * @param budgetOf the budget of a connection's requests
 */
export function configureHttp(
  app: NestFastifyApplication,
  refusals: RefusalLog,
  budgetOf: PipeliningHooks['budgetOf'],
): void {
  // After `onRequest`: this hook answers preflights, which need a request id like every answer.
  const hook = 'preParsing';
  const methods = allowedMethods.join(', ');
  app.enableCors({ origin: '*', methods, optionsSuccessStatus: 204, strictPreflight: false, hook });
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('X-Request-Id', request.id).header('Access-Control-Allow-Origin', '*');
    // Node's parser stops behind an offer to upgrade: what the client sent after it would be lost, or misread.
    if (request.raw instanceof IncomingRequest && request.raw.declinesUpgrade) {
      void reply.header('Connection', 'close');
    }
    done(requestFault(request));
  });
  const server = app.getHttpServer();
  handleOneRequestAtATime(server, {
    budgetOf,
    onDelay: (address) => {
      refusals.recordDelay(address);
    },
    onExcess: (address) => {
      refusals.record(new StreamingError('tooManyRequests'), { address });
    },
  });
  // A server may ignore an expectation that it does not know (RFC 9110, section 10.1.1).
  server.on('checkExpectation', (...exchange) => server.emit('request', ...exchange));
  server.on('clientError', (failure: NodeJS.ErrnoException, socket: Socket) => {
    refuseMalformedRequest(failure, socket, refusals);
  });
}
