import { Controller, Get, Header } from '@nestjs/common';
import { Metrics, metricsContentType } from './metrics.js';

/** Serves the metrics in Prometheus' text format, without a token. The reverse proxy MUST NOT publish it. */
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @Header('Content-Type', metricsContentType)
  read(): Promise<string> {
    return this.metrics.text();
  }
}
