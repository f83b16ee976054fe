import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { BusStatistics } from './bus-statistics.js';
import { EventBus } from './event-bus.js';
import { Broker } from './broker.js';
import { MemoryBroker } from './memory-broker.js';
import { MessageReceiverController } from './message-receiver.controller.js';

/** The in-memory broker as a module for {@link EventBusModule.forRoot}. */
@Module({
  providers: [MemoryBroker, { provide: Broker, useExisting: MemoryBroker }],
  exports: [MemoryBroker, Broker],
})
export class MemoryBrokerModule {}

/**
 * The event bus of the process. The application chooses the broker and connects it as a microservice transport:
 *
 * ```ts
 * app.connectMicroservice({ strategy: app.get<Broker & BrokerServer>(Broker) });
 * await app.startAllMicroservices();
 * ```
 */
@Module({})
export class EventBusModule {
  /** @param broker a module that exports {@link Broker} */
  static forRoot(broker: Type | DynamicModule): DynamicModule {
    return {
      module: EventBusModule,
      global: true,
      imports: [broker],
      controllers: [MessageReceiverController],
      providers: [EventBus, BusStatistics],
      exports: [EventBus, BusStatistics, broker],
    };
  }
}
