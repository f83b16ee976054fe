import { Controller, Get, Head, Req, Res, UseGuards } from '@nestjs/common';
import { authenticationOf, ScopesGuard, TokenGuard, type Authentication } from '@fedistream/auth';
import { closeReasons } from '@fedistream/delivery';
import { StreamingError } from '@fedistream/domain';
import { StreamGate, StreamRegistry, type StreamRequest } from '@fedistream/stream-kit/server';
import { ClientAddress } from '../connections/client-address.js';
import { ConnectionLimits } from '../connections/connection-limits.js';
import { ConnectionOpener } from '../connections/connection-opener.js';
import { Heartbeats } from '../connections/heartbeats.js';
import { Readiness } from '../connections/readiness.js';
import { gapEvents, readEventStreamResume, resumeHeaders } from './event-stream-resume.js';
import { streamingPath, streamPath, type HttpReply, type StreamHttpRequest } from './http-request.js';
import { KnownStreamGuard } from './known-stream.guard.js';
import { SseTransport, writeHead } from './sse-transport.js';

/**
 * Server-sent events: one request opens one stream. Every refusal is sent before the first byte of the stream.
 * https://docs.joinmastodon.org/methods/streaming/
 */
@Controller(streamingPath)
@UseGuards(KnownStreamGuard, TokenGuard, ScopesGuard)
export class EventStreamController {
  constructor(
    private readonly addresses: ClientAddress,
    private readonly gate: StreamGate,
    private readonly heartbeats: Heartbeats,
    private readonly limits: ConnectionLimits,
    private readonly opener: ConnectionOpener,
    private readonly readiness: Readiness,
    private readonly registry: StreamRegistry,
  ) {}

  /** Answers like GET, without the stream. It is declared first, because Fastify would otherwise derive it from GET. */
  @Head('*')
  async head(@Req() request: StreamHttpRequest, @Res() reply: HttpReply): Promise<void> {
    const { authentication, wanted } = this.#read(request);
    this.readiness.requireReady();
    await this.gate.authorize(authentication.viewer, wanted);
    writeHead(reply).end();
  }

  /** Opens a stream. */
  @Get('*')
  async open(@Req() request: StreamHttpRequest, @Res() reply: HttpReply): Promise<void> {
    const { authentication, wanted } = this.#read(request);
    // With an unread body, Node would not emit the end of the socket.
    request.raw.resume();
    this.readiness.requireReady();
    const resume = readEventStreamResume(request.raw, request.query);
    const place = this.limits.reserve(authentication.viewer, this.addresses.of(request.raw));
    const hasLeft = () => request.raw.socket.destroyed;
    const resuming = resume && { ...resume, hasLeft };
    const admission = await this.gate.admit(authentication.viewer, wanted, resuming).catch((refusal: unknown) => {
      place.release();
      throw refusal;
    });
    const { resumed } = admission;
    if (hasLeft()) {
      place.release();
      admission.release();
      return;
    }
    const transport = new SseTransport(request.raw, reply, this.heartbeats.eventsource, {
      headers: resumeHeaders(resumed),
      tellsPositions: resumed !== undefined,
    });
    const connection = this.opener.open(authentication, transport, place);
    reply.raw.on('close', () => {
      connection.close(closeReasons.gone);
    });
    if (resumed === undefined) {
      admission.attach(connection);
      return;
    }
    const checkpoints = resume?.checkpoints === true;
    if (checkpoints) {
      transport.sendCheckpointsOf(connection);
    }
    admission.attach(connection, { first: gapEvents(resumed), checkpoints });
  }

  #read(request: StreamHttpRequest): { authentication: Authentication; wanted: StreamRequest } {
    const authentication = authenticationOf(request);
    if (authentication === undefined) {
      throw new StreamingError('missingToken');
    }
    return { authentication, wanted: this.registry.requestByPath(streamPath(request), request.query) };
  }
}
