import { Module } from '@nestjs/common';
import { DeliveryStatistics } from '@fedistream/delivery';
import { ClientAddress } from './client-address.js';
import { ClientInputs } from './client-input.js';
import { ConnectionCloser } from './connection-closer.js';
import { CloseLog } from './close-log.js';
import { ConnectionDrain } from './connection-drain.js';
import { ConnectionLimits } from './connection-limits.js';
import { ConnectionOpener } from './connection-opener.js';
import { ControlEventHandler } from './control-event-handler.js';
import { DescriptorReserve } from './descriptor-reserve.js';
import { GapHandler } from './gap-handler.js';
import { Heartbeats } from './heartbeats.js';
import { LoadShedding } from './load-shedding.js';
import { Readiness } from './readiness.js';
import { RestartTickets } from './restart-tickets.js';
import { ScopeChanges } from './scope-changes.js';

/** Client connections of both transports: opening them, keeping them alive, ending them. */
@Module({
  providers: [
    ClientAddress,
    ClientInputs,
    ConnectionCloser,
    CloseLog,
    ConnectionDrain,
    ConnectionLimits,
    ConnectionOpener,
    ControlEventHandler,
    DescriptorReserve,
    GapHandler,
    DeliveryStatistics,
    Heartbeats,
    LoadShedding,
    Readiness,
    RestartTickets,
    ScopeChanges,
  ],
  exports: [
    ClientAddress,
    ClientInputs,
    ConnectionCloser,
    ConnectionDrain,
    ConnectionLimits,
    ConnectionOpener,
    DeliveryStatistics,
    DescriptorReserve,
    Heartbeats,
    LoadShedding,
    Readiness,
  ],
})
export class ConnectionsModule {}
