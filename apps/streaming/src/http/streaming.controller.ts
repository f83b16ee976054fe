import { Controller, Get, Head, Req, Res, UseGuards } from '@nestjs/common';
import { authenticationOf, ScopesGuard, TokenGuard, type Authentication } from '@fedistream/auth';
import { closeReasons } from '@fedistream/delivery';
import { StreamingError } from '@fedistream/domain';
import { StreamRegistry, type StreamRequest } from '@fedistream/stream-kit/server';
import { Clients } from '../connections/clients.js';
import { streamingPath, streamPath, type HttpReply, type StreamHttpRequest } from './http-request.js';
import { KnownStreamGuard } from './known-stream.guard.js';
import { SseTransport, writeHead } from './sse-transport.js';

/**
 * Server-sent events: one request, one stream. Everything that can be refused is refused before the first byte.
 * https://docs.joinmastodon.org/methods/streaming/
 */
@Controller(streamingPath)
@UseGuards(KnownStreamGuard, TokenGuard, ScopesGuard)
export class StreamingController {
  constructor(
    private readonly clients: Clients,
    private readonly registry: StreamRegistry,
  ) {}

  /** Answers what a GET would, without the stream. Stands first, or Fastify would derive it from the GET. */
  @Head('*')
  async head(@Req() request: StreamHttpRequest, @Res() reply: HttpReply): Promise<void> {
    const { authentication, wanted } = this.#read(request);
    await this.clients.authorize(authentication.viewer, wanted);
    writeHead(reply).end();
  }

  /** Opens a stream. */
  @Get('*')
  async open(@Req() request: StreamHttpRequest, @Res() reply: HttpReply): Promise<void> {
    const { authentication, wanted } = this.#read(request);
    // Nobody reads a body here. Left unread, it would stand before the news that the client has gone.
    request.raw.resume();
    const admission = await this.clients.admit(authentication.viewer, wanted);
    if (request.raw.socket.destroyed) {
      admission.release();
      return;
    }
    // The answer to an earlier request on the same connection has not ended: it would get this stream's events, and
    // nobody would tell of this one's end.
    if (reply.raw.socket === null) {
      admission.release();
      throw new StreamingError('badRequest');
    }
    const connection = this.clients.open(
      authentication,
      new SseTransport(request.raw, reply, this.clients.heartbeats.eventsource),
    );
    reply.raw.on('close', () => {
      connection.close(closeReasons.gone);
    });
    admission.attach(connection);
  }

  #read(request: StreamHttpRequest): { authentication: Authentication; wanted: StreamRequest } {
    const authentication = authenticationOf(request);
    if (authentication === undefined) {
      throw new StreamingError('missingToken');
    }
    return { authentication, wanted: this.registry.requestByPath(streamPath(request), request.query) };
  }
}
