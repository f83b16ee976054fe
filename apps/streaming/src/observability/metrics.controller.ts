import { Controller, Get, Res } from '@nestjs/common';
import type { HttpReply } from '../http/http-request.js';
import { Metrics } from './metrics.js';

/** Prometheus text, without a token: keep it inside the platform's network. */
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  async read(@Res() reply: HttpReply): Promise<void> {
    const text = await this.metrics.text();
    void reply.header('Content-Type', this.metrics.contentType).send(text);
  }
}
