import type { StreamDefinition } from '@fedistream/stream-kit/server';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** The path under which all streams live. */
export const streamingPath = '/api/v1/streaming';

/** A request for a stream, with what the guards have found. */
export interface StreamHttpRequest extends FastifyRequest<{ Querystring: Record<string, unknown> }> {
  /** Set by `KnownStreamGuard`. */
  definition?: StreamDefinition;
}

/** The answer to any request. */
export type HttpReply = FastifyReply;

/** The path of a request below {@link streamingPath}, not decoded, as `public/local`. The router removes one trailing slash. */
export function streamPath(request: FastifyRequest): string {
  return (request.params as Readonly<Record<string, string>>)['*'] ?? '';
}
