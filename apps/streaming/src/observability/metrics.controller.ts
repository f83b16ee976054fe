import { Controller, Get, Res } from '@nestjs/common';
import { StreamingError } from '@fedistream/domain';
import type { FastifyReply } from 'fastify';
import { Metrics, metricsContentType } from './metrics.js';

/** Where the metrics are served. The internal listener always serves them. */
export abstract class MetricsSettings {
  /** Whether the public port serves them too, as Mastodon's server does. */
  abstract readonly onPublicPort: boolean;
}

/** Serves the metrics in Prometheus' text format, without a token. The reverse proxy MUST NOT publish it. */
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly settings: MetricsSettings,
  ) {}

  /** @throws StreamingError `notFound` when the operator has taken the metrics off the public port */
  @Get()
  read(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    if (!this.settings.onPublicPort) {
      throw new StreamingError('notFound');
    }
    void reply.header('Content-Type', metricsContentType);
    return this.metrics.text();
  }
}
