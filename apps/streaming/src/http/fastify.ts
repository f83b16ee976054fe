import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { StreamingError } from '@fedistream/domain';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { answer } from './error.filter.js';

const allowedMethods = 'GET, HEAD, OPTIONS';
const usableRequestId = /^[\x21-\x7e]{1,128}$/;

/** The caller's `X-Request-Id`, if it can be repeated in a header and a log, or a new UUID. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && usableRequestId.test(given) ? given : randomUUID();
}

/** Fastify as this server needs it: both slashes, our error bodies, nothing but reading. */
export function createFastifyAdapter(trustedProxies: string): FastifyAdapter {
  return new FastifyAdapter({
    genReqId: requestIdOf,
    trustProxy: trustedProxies,
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    routerOptions: {
      ignoreTrailingSlash: true,
      onBadUrl: refuseBadUrl,
    },
  });
}

/** Replaces Fastify's own answer, which repeats the URL, and with it a token; its hooks do not run for such a URL. */
function refuseBadUrl(_path: string, request: IncomingMessage, response: ServerResponse): void {
  const { status, message } = new StreamingError('badRequest');
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'private, no-store',
    'Access-Control-Allow-Origin': '*',
    'X-Request-Id': requestIdOf(request),
  });
  response.end(JSON.stringify({ error: message }));
}

/** What holds for every answer: request id, CORS, and that there is nothing to change here. */
export function configureHttp(app: NestFastifyApplication): void {
  // Later than `onRequest`: a preflight is answered by this hook, and needs a request id like every answer.
  const hook = 'preParsing';
  app.enableCors({ origin: '*', methods: allowedMethods, optionsSuccessStatus: 204, strictPreflight: false, hook });
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('X-Request-Id', request.id);
    if (allowedMethods.includes(request.method)) {
      done();
    } else {
      void reply.header('Allow', allowedMethods).header('Access-Control-Allow-Origin', '*');
      answer(reply, new StreamingError('methodNotAllowed'));
    }
  });
}
