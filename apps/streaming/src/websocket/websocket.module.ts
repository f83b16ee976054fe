import { Module } from '@nestjs/common';
import { ScopeRequirements } from '@fedistream/auth';
import { ConnectionsModule } from '../connections/connections.module.js';
import { ObservabilityModule } from '../observability/observability.module.js';
import { ErrorFrames } from './error-frames.js';
import { StreamingGateway } from './streaming.gateway.js';
import { UpgradeHandler } from './upgrade-handler.js';
import { WebSocketScopeRequirements } from './websocket-scope-requirements.js';

/** The WebSocket side of the streaming API. */
@Module({
  imports: [ConnectionsModule, ObservabilityModule],
  providers: [
    ErrorFrames,
    StreamingGateway,
    UpgradeHandler,
    { provide: ScopeRequirements, useClass: WebSocketScopeRequirements },
  ],
})
export class WebSocketModule {}
