import { Controller, Get, Header } from '@nestjs/common';
import { streamingPath } from '../http/http-request.js';

/**
 * Whether the process lives and serves. It says OK while Redis or PostgreSQL is down, too: open streams go on then, and
 * a restart would only cut them off. What is down stands in the metrics.
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
