import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ScopeRequirements } from '@fedistream/auth';
import { ConnectionsModule } from '../connections/connections.module.js';
import { ObservabilityModule } from '../observability/observability.module.js';
import { DocumentsController } from './documents.controller.js';
import { EventStreamController } from './event-stream.controller.js';
import { HealthController } from './health.controller.js';
import { HttpErrorFilter } from './http-error.filter.js';
import { HttpScopeRequirements } from './http-scope-requirements.js';
import { KnownStreamGuard } from './known-stream.guard.js';

/** The HTTP side of the streaming API: server-sent events, health, and the error body of every answer. */
@Module({
  imports: [ConnectionsModule, ObservabilityModule],
  controllers: [HealthController, DocumentsController, EventStreamController],
  providers: [
    KnownStreamGuard,
    { provide: ScopeRequirements, useClass: HttpScopeRequirements },
    { provide: APP_FILTER, useClass: HttpErrorFilter },
  ],
})
export class HttpApiModule {}
