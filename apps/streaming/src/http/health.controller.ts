import { Controller, Get, Header } from '@nestjs/common';
import { streamingPath } from './http-request.js';

/**
 * Mastodon's health endpoint. It answers OK as long as the process serves HTTP, also while Redis or PostgreSQL is down:
 * open streams continue then, and a restart would only end them. The metrics show what is down.
 * https://docs.joinmastodon.org/methods/streaming/#health
 */
@Controller(`${streamingPath}/health`)
export class HealthController {
  @Get()
  @Header('Content-Type', 'text/plain; charset=utf-8')
  @Header('Cache-Control', 'private, no-store')
  health(): string {
    return 'OK';
  }
}
