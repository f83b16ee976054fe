import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/connections.module.js';
import { ObservabilityModule } from '../observability/observability.module.js';
import { AdminServer } from './admin-server.js';
import { ConnectionOverview } from './connection-overview.js';
import { ReadinessReport } from './readiness-report.js';

/** The internal listener. */
@Module({
  imports: [ConnectionsModule, ObservabilityModule],
  providers: [AdminServer, ConnectionOverview, ReadinessReport],
})
export class AdminModule {}
