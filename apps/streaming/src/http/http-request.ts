import type { StreamDefinition } from '@fedistream/stream-kit/server';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** The path under which all streams live. */
export const streamingPath = '/api/v1/streaming';

/** A request for a stream: what the guards have found out stands on it. */
export interface StreamHttpRequest extends FastifyRequest<{ Querystring: Record<string, unknown> }> {
  /** Set by `KnownStreamGuard`. */
  definition?: StreamDefinition;
}

/** The answer to any request. */
export type HttpReply = FastifyReply;

/**
 * What a request asks for below {@link streamingPath}, as it was sent: `public/local`. The router takes one slash off its
 * end.
 */
export function streamPath(request: FastifyRequest): string {
  return (request.params as Readonly<Record<string, string>>)['*'] ?? '';
}
