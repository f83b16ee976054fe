import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/connections.module.js';
import { DescriptorMonitor } from './descriptor-monitor.js';
import { Metrics } from './metrics.js';
import { MetricsController } from './metrics.controller.js';
import { RefusalLog } from './refusal-log.js';

/** What the operator sees: metrics and the log of refusals. */
@Module({
  imports: [ConnectionsModule],
  controllers: [MetricsController],
  providers: [DescriptorMonitor, Metrics, RefusalLog],
  exports: [Metrics, RefusalLog],
})
export class ObservabilityModule {}
